#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace phono {

/// What lies in a folder of recordings, or what a manifest lists.
struct DataSurvey {
    std::int64_t recordings = 0;
    double hours = 0;
    std::int64_t problemCount = 0;
    std::vector<std::string> problems; ///< the first of them, one sentence each
    bool operator==(const DataSurvey&) const = default;
};

/// Looks at training data. Called on worker threads, from one at a time.
class DataSurveyor {
public:
    DataSurveyor() = default;
    DataSurveyor(const DataSurveyor&) = delete;
    DataSurveyor& operator=(const DataSurveyor&) = delete;
    virtual ~DataSurveyor() = default;
    virtual Result<DataSurvey> survey(const std::filesystem::path& data,
                                      const Progress& progress) = 0;
};

} // namespace phono
