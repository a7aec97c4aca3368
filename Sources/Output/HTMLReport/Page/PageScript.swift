/// What the page can do beyond being read: sort, filter, unfold, and tell the figures under the pointer. It makes its own controls, so there are
/// none that do nothing where scripts are off. It reads attributes of our own and writes text, never markup.
///
/// It is in parts, because a live page has some of them too. Its comments stand here: the page would carry them into each mail.
enum PageScript {
    /// In the order of the page.
    static let parts = [opening, tables, plots, closing]

    /// What the others use. Figures are as the report has them: three digits and a unit.
    static let opening: StaticString = """
        'use strict';
        (() => {
        const all = (query, root = document) => [...root.querySelectorAll(query)];
        const make = (tag, text, parent) => {
          const element = document.createElement(tag);
          element.textContent = text;
          if (parent) parent.append(element);
          return element;
        };

        const round = value => value >= 1e15 ? value.toExponential(2) : String(Number(value.toPrecision(3)));
        const duration = ns => {
          for (const [name, size, end] of [['ns', 1, 1e3], ['µs', 1e3, 1e6], ['ms', 1e6, 1e9], ['s', 1e9, 6e10], ['min', 6e10, 3.6e12]])
            if (ns < end) return `${round(ns / size)} ${name}`;
          return `${round(ns / 3.6e12)} h`;
        };
        const count = text => text.replace(/\\B(?=(\\d{3})+$)/g, ',');

        """

    /// The sorting of tables, and the controls above that of the calls. Exact values are integers of up to 64 bits, or rates; cells without a
    /// figure stay last. A head that sorts is no button: Chromium leaves those out where it repeats a head on the next page of paper. A link to a call unfolds
    /// it, in browsers that don't do so by themselves.
    static let tables: StaticString = """
        const key = cell => {
          const exact = cell.dataset.v || cell.textContent.replaceAll(',', '');
          return /^\\d+$/.test(exact) ? BigInt(exact) : cell.dataset.v ? Number(exact) : null;
        };
        const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;
        function sort(table, head, index) {
          const isText = head.classList.contains('t');
          const now = head.getAttribute('aria-sort');
          const rises = now ? now === 'descending' : isText;
          const rows = [...table.tBodies[0].rows].map(row => ({ row, text: row.cells[index].textContent, value: key(row.cells[index]) }));
          rows.sort((a, b) => {
            if (isText) return (rises ? 1 : -1) * compare(a.text, b.text);
            if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
            return (rises ? 1 : -1) * compare(a.value, b.value);
          });
          for (const cell of head.parentNode.cells) cell.removeAttribute('aria-sort');
          head.setAttribute('aria-sort', rises ? 'ascending' : 'descending');
          table.tBodies[0].append(...rows.map(entry => entry.row));
        }
        for (const table of all('table.sortable')) {
          [...table.tHead.rows[0].cells].forEach((head, index) => {
            if (head.classList.contains('fix') || !head.firstChild) return;
            const button = make('span', head.firstChild.textContent);
            button.setAttribute('role', 'button');
            button.tabIndex = 0;
            head.firstChild.replaceWith(button);
            button.addEventListener('click', () => sort(table, head, index));
            button.addEventListener('keydown', event => {
              if (event.key !== 'Enter' && event.key !== ' ') return;
              event.preventDefault();
              sort(table, head, index);
            });
          });
        }

        const chapters = all('.chapters details');
        const calls = document.querySelector('table.calls');
        if (calls && chapters.length > 1) {
          const tools = make('div', '', null);
          tools.className = 'tools';
          const filter = make('input', '', tools);
          filter.type = 'search';
          filter.placeholder = 'Only calls named …';
          filter.setAttribute('aria-label', 'Show only calls whose name has this in it');
          const none = make('span', '', null);
          none.setAttribute('role', 'status');
          filter.addEventListener('input', () => {
            const wanted = filter.value.trim().toLowerCase();
            const shows = name => name.toLowerCase().includes(wanted);
            for (const row of calls.tBodies[0].rows) row.hidden = !shows(row.cells[0].textContent);
            for (const chapter of chapters) chapter.hidden = !shows(chapter.querySelector('summary strong').textContent);
            none.textContent = chapters.every(chapter => chapter.hidden) ? 'No call has this in its name.' : '';
          });
          const unfold = make('button', 'Unfold all', tools);
          unfold.addEventListener('click', () => {
            const opens = unfold.textContent === 'Unfold all';
            for (const chapter of chapters) chapter.open = opens;
            unfold.textContent = opens ? 'Fold all' : 'Unfold all';
          });
          const shades = make('button', 'Light or dark', tools);
          shades.addEventListener('click', () => {
            const root = document.documentElement;
            const isDark = root.style.colorScheme ? root.style.colorScheme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
            root.style.colorScheme = isDark ? 'light' : 'dark';
          });
          tools.append(none);
          calls.closest('section').prepend(tools);
        }

        addEventListener('hashchange', () => {
          const place = document.getElementById(location.hash.slice(1));
          const chapter = place && place.closest('details');
          if (chapter && !chapter.open) {
            chapter.open = true;
            place.scrollIntoView();
          }
        });

        """

    /// The figures under the pointer. `placed` gives the edges of bins, each with its place on the axis; a logarithmic axis has no zero.
    static let plots: StaticString = """
        const tip = make('div', '', document.body);
        tip.className = 'tip';
        tip.hidden = true;
        const expand = text => text.split(' ').flatMap(part => part.startsWith('-') ? Array(-part).fill('0') : [part]);
        const placed = data => {
          const [, , , start, end, low, high] = data.scale.split(' ').map(Number);
          const place = ns => start + (end - start) * (Math.log2(Math.max(ns, 0.5)) * 1000 - low) / (high - low);
          let [parts, first, ...rest] = data.edges.split(' ').map(Number);
          if (parts > 0)
            rest = Array.from({ length: rest[0] + 1 }, (_, bin) => {
              const [start, part] = [2 ** Math.floor((first + bin) / parts), (first + bin) % parts];
              return start + Math.ceil(start * Math.round(128 * (2 ** (part / parts) - 1)) / 128);
            });
          else rest.unshift(first);
          return rest.map(ns => [ns, place(ns)]);
        };
        const within = (edges, place) => {
          for (let bin = 0; bin + 1 < edges.length; bin++) {
            const [a, b] = [edges[bin][1], edges[bin + 1][1]];
            if (place >= Math.min(a, b) && place < Math.max(a, b)) return bin;
          }
          return -1;
        };
        const span = (edges, bin) => `${duration(edges[bin][0])} – ${duration(edges[bin + 1][0])}`;
        const readers = {
          dist(data, x) {
            const edges = placed(data);
            const bin = within(edges, x);
            if (bin < 0) return null;
            const lanes = data.counts.split(';').map(lane => lane.split(' ')[0] + ': ' + count(expand(lane.slice(lane.indexOf(' ') + 1))[bin]));
            return [span(edges, bin), ...lanes].join('\\n');
          },
          curve(data, x, y, [left, right]) {
            const points = Number(data.unit);
            const at = Math.round((x - left) / (right - left) * (points - 1));
            if (at < 0 || at >= points) return null;
            const above = 100 / 2 ** (Number(data.edges) * at / (points - 1));
            const title = at === 0 ? 'min' : at === points - 1 ? 'max' : `${round(above)} % are slower than`;
            return [title, ...data.counts.split(';').map(curve => {
              const [name, values] = curve.split('|');
              const value = values.split(' ')[at];
              return (name ? name + ': ' : '') + (value === undefined ? '–' : duration(Number(value)));
            })].join('\\n');
          },
          heat(data, x, y, [left, right], target) {
            const [end, factor] = data.unit.split(' ').map(Number);
            if (x < left || x > right) return null;
            const edges = placed(data);
            const bin = within(edges, y);
            const shade = /^g([1-6])$/.exec(target.getAttribute('class') || '');
            const calls = shade ? `calls: ${round(factor ** (shade[1] - 1))} or more` : 'no call';
            return bin < 0 ? null : [`after ${duration((x - left) / (right - left) * end)}`, span(edges, bin), calls].join('\\n');
          },
        };
        function adopt(root) {
          for (const plot of all('svg[data-kind]', root)) {
            const title = plot.querySelector('title');
            if (!title) continue;
            plot.setAttribute('aria-label', title.textContent);
            title.remove();
          }
        }
        adopt(document);
        document.addEventListener('pointermove', event => {
          const plot = event.target.closest('svg[data-kind]');
          let text = null;
          if (plot) {
            const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(plot.getScreenCTM().inverse());
            const ends = plot.dataset.scale.split(' ').map(Number);
            text = readers[plot.dataset.kind](plot.dataset, point.x, point.y, ends, event.target);
          }
          tip.hidden = text === null;
          if (text === null) return;
          tip.textContent = text;
          const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
          tip.style.left = Math.max(4, Math.min(event.pageX + 14, room)) + 'px';
          tip.style.top = event.pageY + 16 + 'px';
        });
        document.documentElement.addEventListener('pointerleave', () => { tip.hidden = true; });

        """

    static let closing: StaticString = """
        })();

        """
}
