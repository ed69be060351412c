//! Arguments in, exit code out.

use std::process::ExitCode;

/// For SQLite too (feature `override`). The system's allocator gives memory back to the kernel at the end of each commit
/// and takes it again at the next, and each time interrupts every other core: a tenth of the writer's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    keywright::cli::main()
}
