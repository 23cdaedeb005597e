#pragma once

#include <cstdint>
#include <exception>
#include <mutex>
#include <omp.h>

namespace phono {

/// Calls work(i, thread) for every i in [0, count) on `threads` threads, in any order, and throws
/// the first exception of one. Results must not depend on which thread does what: then they are the
/// same for every number of threads.
template <typename Work>
void parallelFor(int threads, std::int64_t count, const Work& work)
{
    std::exception_ptr failure;
    std::mutex mutex;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (std::int64_t i = 0; i < count; ++i) {
        // Nothing may leave a parallel region by an exception.
        try {
            work(i, omp_get_thread_num());
        } catch (...) {
            const std::scoped_lock lock(mutex);
            failure = std::current_exception();
        }
    }
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace phono
