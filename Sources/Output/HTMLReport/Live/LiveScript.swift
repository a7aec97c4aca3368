/// What keeps a live page live: it asks for the parts of the page when the server says that there is news, and puts them in place. Links and the form
/// do what they do without it, only without a new page. Whatever it shows comes from the server, as markup that is safe there.
enum LiveScript {
    static let text: StaticString = """
        const main = document.querySelector('main');
        const form = document.querySelector('form');
        const state = document.getElementById('state');
        const say = text => { if (state.textContent !== text) state.textContent = text; };
        const chosen = () => new URLSearchParams(location.search);
        const isHeld = () => chosen().has('until');
        let connection = 'Connecting …';
        const tell = () => say(isHeld() ? 'Paused: the page stays as it is. P goes on.' : connection);

        // New parts take the place of old ones; the focus and what is scrolled stay where they were.
        const name = element => element.dataset.key || element.getAttribute('aria-label') || '';
        function show(text) {
          const focused = main.contains(document.activeElement) ? name(document.activeElement) : '';
          const scrolled = all('.scroll', main).map(region => [name(region), region.scrollLeft]);
          main.replaceChildren(...new DOMParser().parseFromString(text, 'text/html').body.childNodes);
          for (const [region, left] of scrolled)
            for (const now of all('.scroll', main)) if (name(now) === region) now.scrollLeft = left;
          adopt(main);
          if (!focused) return;
          const again = all('a, .scroll', main).find(element => name(element) === focused);
          if (again) again.focus({ preventScroll: true });
        }

        let isAsking = false, isStale = false;
        async function refresh() {
          if (isAsking) {
            isStale = true;
            return;
          }
          isAsking = true;
          do {
            isStale = false;
            try {
              const answer = await fetch('/parts' + location.search, { cache: 'no-store', signal: AbortSignal.timeout(20000) });
              const text = await answer.text();
              if (answer.ok) show(text);
              else connection = text.trim();
            } catch {
              connection = 'The server does not answer. Trying again …';
            }
          } while (isStale);
          isAsking = false;
          tell();
        }
        function choose(query) {
          const text = query.toString();
          if ('?' + text !== location.search) history.pushState(null, '', text ? '?' + text : location.pathname);
          tell();
          refresh();
        }

        // The form: what it says joins what the address says.
        function read() {
          const query = chosen();
          const fields = new FormData(form);
          for (const field of ['filter', 'window']) query.delete(field);
          if (fields.get('filter')) query.set('filter', fields.get('filter'));
          if (fields.get('window') !== '60s') query.set('window', fields.get('window'));
          if (fields.get('ago')) {
            query.delete('until');
            const second = 1e9, ago = parseInt(fields.get('ago'), 10) * 60 * second;
            if (ago) query.set('until', Math.max(second, newest - ago) + 'ns');
            form.elements.ago.value = '';
          }
          return query;
        }
        let newest = 0;
        let waiting = 0;
        form.querySelector('button').hidden = true;
        form.addEventListener('submit', event => {
          event.preventDefault();
          choose(read());
        });
        form.addEventListener('change', () => choose(read()));
        form.addEventListener('input', event => {
          if (event.target.name !== 'filter') return;
          clearTimeout(waiting);
          waiting = setTimeout(() => choose(read()), 150);
        });
        const shades = make('button', 'Light or dark', form);
        shades.type = 'button';
        shades.addEventListener('click', () => {
          const root = document.documentElement;
          const isDark = root.style.colorScheme ? root.style.colorScheme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
          root.style.colorScheme = isDark ? 'light' : 'dark';
        });

        // Links within the page.
        document.addEventListener('click', event => {
          const link = event.target.closest('a[href^="?"]');
          if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
          event.preventDefault();
          choose(new URLSearchParams(link.getAttribute('href')));
        });
        document.addEventListener('keydown', event => {
          if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select')) return;
          if (event.key === '/') form.querySelector('input[type=search]').focus();
          else if (event.key === 'p') main.querySelector('[data-key=hold]').click();
          else return;
          event.preventDefault();
        });
        addEventListener('popstate', () => {
          form.elements.filter.value = chosen().get('filter') || '';
          form.elements.window.value = chosen().get('window') || '60s';
          tell();
          refresh();
        });

        // News.
        const news = new EventSource('/events');
        news.addEventListener('message', event => {
          newest = Number(event.data);
          connection = 'Live: each second. P pauses, / goes to the filter.';
          tell();
          if (!isHeld() && !document.hidden) refresh();
        });
        news.addEventListener('error', () => {
          connection = 'The server does not answer. Trying again …';
          tell();
        });
        document.addEventListener('visibilitychange', () => { if (!document.hidden && !isHeld()) refresh(); });
        tell();

        """
}
