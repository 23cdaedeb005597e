#pragma once

#include <cstdint>
#include <exception>
#include <mutex>

#if defined(__SANITIZE_THREAD__)
#include <atomic>
#include <thread>
#include <vector>
#else
#include <omp.h>
#endif

namespace phono {

/// Calls work(i, thread) for every i in [0, count) on `threads` threads, in any order, and throws
/// the first exception of one. Results must not depend on which thread does what: then they are the
/// same for every number of threads.
template <typename Work>
void parallelFor(int threads, std::int64_t count, const Work& work)
{
    std::exception_ptr failure;
    std::mutex mutex;
    // Nothing may leave a parallel region by an exception.
    const auto workSafely = [&](std::int64_t i, int thread) {
        try {
            work(i, thread);
        } catch (...) {
            const std::scoped_lock lock(mutex);
            failure = std::current_exception();
        }
    };
#if defined(__SANITIZE_THREAD__)
    // The thread sanitizer does not see how OpenMP's threads wait for each other.
    std::atomic<std::int64_t> next = 0;
    std::vector<std::jthread> team;
    for (int thread = 0; thread < threads; ++thread)
        team.emplace_back([&, thread] {
            for (auto i = next++; i < count; i = next++)
                workSafely(i, thread);
        });
    team.clear();
#else
#pragma omp parallel for num_threads(threads) schedule(dynamic, 1)
    for (std::int64_t i = 0; i < count; ++i)
        workSafely(i, omp_get_thread_num());
#endif
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace phono
