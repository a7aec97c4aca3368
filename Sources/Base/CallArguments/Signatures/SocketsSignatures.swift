extension SignatureTexts {
    /// Calls on sockets.
    static var sockets: String {
        """
        socket: value:domain flags:socket-type protocol -> descriptor
        socketpair: value:domain flags:socket-type protocol ptr
        bind connect: fd ptr int
        listen: fd int
        accept: fd ptr ptr -> descriptor
        accept4: fd ptr ptr flags:socket-flags -> descriptor
        getsockname getpeername: fd ptr ptr
        sendto: fd ptr size flags:message ptr uint
        recvfrom: fd ptr size flags:message ptr ptr
        sendmsg recvmsg: fd ptr flags:message
        sendmmsg: fd ptr uint flags:message
        recvmmsg: fd ptr uint flags:message ptr -> ready
        shutdown: fd value:shutdown
        setsockopt: fd value:level sockopt ptr int
        getsockopt: fd value:level sockopt ptr ptr
        """
    }
}
