#include "core/model/extractor.h"
#include "core/model/seeded_model.h"
#include "tests/support/golden.h"

#include <QTest>

#include <cmath>
#include <random>
#include <stop_token>

using namespace phono;
using phono::golden::KeepingSink;

namespace {

Waveform noise(std::int64_t samples)
{
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0, 0.1F);
    std::vector<float> values(static_cast<std::size_t>(samples));
    for (auto& value : values)
        value = normal(random);
    return Waveform(std::move(values));
}

Checkpoint tinyModel()
{
    auto model = seededModel(ModelConfig::tiny(), 3);
    if (!model)
        throw std::runtime_error(model.error().message);
    return std::move(*model);
}

Extractor makeExtractor(const ExtractorOptions& options)
{
    auto extractor = Extractor::create(tinyModel(), options);
    if (!extractor)
        throw std::runtime_error(extractor.error().message);
    return std::move(*extractor);
}

std::vector<float> extract(const Waveform& audio, const std::string& name, ExtractorOptions options)
{
    options.device = "cpu";
    auto extractor = makeExtractor(options);
    KeepingSink sink;
    const FeatureRequest request{name, &sink};
    if (const auto done = extractor.extract(audio, {&request, 1}); !done)
        throw std::runtime_error(done.error().message);
    return sink.values();
}

/// Fails at the given row.
class FullDisk : public FeatureSink {
public:
    Result<void> begin(const FeatureInfo&, std::int64_t) override { return {}; }
    Result<void> write(std::int64_t, std::span<const float>) override
    {
        return Error{"the disk is full"};
    }
};

} // namespace

/// What the extractor promises beyond its numbers.
class ExtractorTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void frames_data()
    {
        QTest::addColumn<int>("samples");
        QTest::addColumn<int>("frames");
        QTest::newRow("one receptive field") << 465 << 1;
        QTest::newRow("one sample less than a second frame") << 624 << 1;
        QTest::newRow("one hop more") << 625 << 2;
        QTest::newRow("one second") << 16000 << 98;
        QTest::newRow("a fairseq crop") << 150000 << 935;
    }
    void frames()
    {
        QFETCH(int, samples);
        QFETCH(int, frames);
        const auto z = extract(noise(samples), "z", {});
        QCOMPARE(static_cast<int>(z.size()), frames * 32);
    }

    void sameBitsForEveryMemoryLimitAndThreadCount_data()
    {
        QTest::addColumn<QString>("kernel");
        QTest::newRow("portable kernels") << "portable";
        QTest::newRow("fastest kernels") << "";
    }
    void sameBitsForEveryMemoryLimitAndThreadCount()
    {
        QFETCH(QString, kernel);
        const auto audio = noise(16000 * 9 + 123);
        ExtractorOptions options;
        options.kernel = kernel.toStdString();
        options.threads = 1;
        const auto expected = extract(audio, "c", options);
        QVERIFY(!expected.empty());
        for (const int threads : {1, 2, 3}) {
            for (const std::size_t limit : {std::size_t(0), std::size_t(1) << 30}) {
                options.threads = threads;
                options.memoryLimit = limit;
                QVERIFY(extract(audio, "c", options) == expected);
            }
        }
    }

    void sameResultWhateverElseIsAskedFor()
    {
        const auto audio = noise(20000);
        ExtractorOptions options;
        options.device = "cpu";
        auto extractor = makeExtractor(options);
        KeepingSink z;
        KeepingSink c;
        KeepingSink layer;
        const FeatureRequest requests[] = {{"agg3", &layer}, {"c", &c}, {"z", &z}};
        QVERIFY(extractor.extract(audio, requests));
        QVERIFY(c.values() == extract(audio, "c", options));
        QVERIFY(z.values() == extract(audio, "z", options));
        // The last aggregator layer is c.
        KeepingSink last;
        const FeatureRequest request{"agg11", &last};
        QVERIFY(extractor.extract(audio, {&request, 1}));
        QVERIFY(last.values() == c.values());
    }

    void tooShort()
    {
        auto extractor = makeExtractor({});
        KeepingSink sink;
        const FeatureRequest request{"z", &sink};
        const auto done = extractor.extract(noise(464), {&request, 1});
        QVERIFY(!done);
        QVERIFY2(done.error().message.find("465") != std::string::npos,
                 done.error().message.c_str());
    }

    void unknownFeatureNamesTheKnownOnes()
    {
        auto extractor = makeExtractor({});
        KeepingSink sink;
        const FeatureRequest request{"codes", &sink};
        const auto done = extractor.extract(noise(1000), {&request, 1});
        QVERIFY(!done);
        QVERIFY2(done.error().message.find("agg11") != std::string::npos,
                 done.error().message.c_str());
    }

    void unknownDeviceAndKernelAreRefused()
    {
        ExtractorOptions options;
        options.device = "tpu";
        QVERIFY(!Extractor::create(tinyModel(), options));
        options.device = "cpu";
        options.kernel = "abacus";
        QVERIFY(!Extractor::create(tinyModel(), options));
    }

    void aFailingSinkStopsIt()
    {
        auto extractor = makeExtractor({});
        FullDisk sink;
        const FeatureRequest request{"z", &sink};
        const auto done = extractor.extract(noise(16000), {&request, 1});
        QVERIFY(!done);
        QCOMPARE(done.error().message, std::string("the disk is full"));
    }

    void cancelStopsIt()
    {
        auto extractor = makeExtractor({});
        std::stop_source source;
        Progress progress;
        progress.stop = source.get_token();
        progress.report = [&](std::string_view, double fraction) {
            if (fraction > 0.3)
                source.request_stop();
        };
        KeepingSink sink;
        const FeatureRequest request{"c", &sink};
        const auto done = extractor.extract(noise(16000 * 20), {&request, 1}, progress);
        QVERIFY(!done);
        QVERIFY(done.error().isCancelled());
        QVERIFY(sink.values().empty());
    }

    void progressRisesToTheEnd()
    {
        auto extractor = makeExtractor({});
        std::vector<double> fractions;
        Progress progress;
        progress.report = [&](std::string_view, double fraction) {
            fractions.push_back(fraction);
        };
        KeepingSink sink;
        const FeatureRequest request{"c", &sink};
        QVERIFY(extractor.extract(noise(16000 * 20), {&request, 1}, progress));
        QVERIFY(fractions.size() > 10);
        QVERIFY(std::ranges::is_sorted(fractions));
        QVERIFY(fractions.back() > 0.99 && fractions.back() <= 1);
    }

    void placesInTime()
    {
        const auto extractor = makeExtractor({});
        const auto& features = extractor.features();
        const auto find = [&](const std::string& name) {
            return *std::ranges::find(features, name, &FeatureInfo::name);
        };
        QCOMPARE(find("z").hop, 160);
        QCOMPARE(find("z").receptiveField, 465);
        QCOMPARE(find("c").receptiveField, 12945);
        QCOMPARE(find("enc0").hop, 5);
        QCOMPARE(find("enc0").receptiveField, 10);
        QCOMPARE(find("agg11").receptiveField, 12945);
    }

    void lowerPrecisionSaysWhatItReallyDid()
    {
        ExtractorOptions options;
        options.device = "cpu";
        options.precision = Precision::Bf16x3;
        const auto extractor = makeExtractor(options);
        const auto& backend = extractor.backend();
        // Either the precision asked for, or a word why not.
        QVERIFY((backend.precision == "bf16x3") == backend.note.empty());
        QVERIFY(backend.precision == "bf16x3" || backend.precision == "fp32");
    }
};

QTEST_APPLESS_MAIN(ExtractorTest)
#include "tst_extractor.moc"
