import Profile
import SyscallTable
import Testing

@testable import Presentation

@Suite struct StackShapeTests {
    private func frame(_ name: String?) -> StackFrame { StackFrame(function: name, file: "/lib/libc.so.6", offset: 0x1234) }

    @Test func `short stacks that don't end where threads begin look cut`() {
        #expect(StackShape.isLikelyCut([frame("read")]))
        #expect(StackShape.isLikelyCut([frame("read"), frame(nil)]))
        #expect(StackShape.isLikelyCut([frame("read"), frame("helper")]))
        #expect(!StackShape.isLikelyCut([frame("read"), frame("main")]))
        #expect(!StackShape.isLikelyCut([frame("main.cold")]))
        #expect(!StackShape.isLikelyCut([frame("read"), frame("start_thread")]))
        #expect(!StackShape.isLikelyCut([frame("read"), frame("a"), frame("b")]))
        #expect(!StackShape.isLikelyCut([]))
    }

    private func slowCalls(_ stacks: [[StackFrame]]) -> SlowCalls {
        SlowCalls(
            rule: .slowest(9),
            calls: stacks.map {
                SlowCall(
                    id: SyscallID(abi: .x86_64, number: 0), startedAtNanoseconds: 0, durationNanoseconds: 1, outcome: .ran,
                    result: 0,
                    pid: 1, tid: 1, comm: "x", details: CallDetails(userStack: $0))
            })
    }

    /// The C library of Debian has no frame pointers: the function that calls it is in no stack, though the stack goes on to the beginning.
    @Test func `the report says that callers of libraries are missing`() {
        func frame(_ name: String, in file: String) -> StackFrame { StackFrame(function: name, file: file, offset: 16) }
        let crossing = [frame("fsync", in: "/lib/libc.so.6"), frame("journal", in: "/srv/app"), frame("main", in: "/srv/app")]
        let inside = [frame("read", in: "/srv/static"), frame("main", in: "/srv/static"), frame("start", in: "/lib/libc.so.6")]
        #expect(slowCalls([inside, []]).missingCallers == nil)
        #expect(
            slowCalls([inside, crossing]).missingCallers
                == "A C library without frame pointers hides the function that called it: where a stack goes from the library to the program, "
                + "one function may be missing in between.")
    }

    @Test func `the report says why stacks are short`() {
        let (cut, whole) = ([frame("read")], [frame("read"), frame("main")])
        #expect(slowCalls([whole, []]).shortStacks == nil)
        #expect(
            slowCalls([cut, whole, [], cut]).shortStacks
                == "The stacks of 2 of 3 calls end early: code without frame pointers hides what called it (-fno-omit-frame-pointer)."
        )
        #expect(slowCalls([cut]).shortStacks?.hasPrefix("The stack of the call ends early: ") == true)
        #expect(slowCalls([cut, cut]).shortStacks?.hasPrefix("The stacks of all 2 calls end early: ") == true)
    }
}
