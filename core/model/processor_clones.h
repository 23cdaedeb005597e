#pragma once

/// Before a function: compiles its loops for several processors and chooses at run time. Not for
/// the thread sanitizer, whose runtime is not there yet when the choice is made.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__SANITIZE_THREAD__)
#define PHONO_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define PHONO_CLONES
#endif
