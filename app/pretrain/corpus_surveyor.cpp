#include "app/pretrain/corpus_surveyor.h"

#include "core/base/sample_source.h"
#include "core/corpus/corpus.h"

namespace phono {

Result<DataSurvey> CorpusSurveyor::survey(const std::filesystem::path& data,
                                          const Progress& progress)
{
    const auto corpus = Corpus::open(data, progress);
    if (!corpus)
        return corpus.error();
    DataSurvey survey;
    survey.recordings = std::int64_t(corpus->size());
    survey.hours = double(corpus->totalSamples()) / kModelRate / 3600;
    survey.problemCount = std::int64_t(corpus->problemCount());
    survey.problems = corpus->problems();
    return survey;
}

} // namespace phono
