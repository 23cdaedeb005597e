#pragma once

#include "widgets/pretrain/data_survey.h"

namespace phono {

/// Looks at folders and manifests as the trainer does.
class CorpusSurveyor : public DataSurveyor {
public:
    Result<DataSurvey> survey(const std::filesystem::path& data, const Progress& progress) override;
};

} // namespace phono
