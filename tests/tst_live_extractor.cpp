#include "core/model/extractor.h"
#include "core/model/live_extractor.h"
#include "tests/support/golden.h"
#include "tests/support/live_reference.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>
#include <thread>

using namespace phono;
using phono::golden::KeepingSink;
using phono::test::LiveReference;

namespace {

constexpr double kTolerance = 1e-5;

/// Which samples come together: so many each time, the last block with what is left.
using Blocks = std::vector<std::size_t>;

Blocks equalBlocks(std::size_t samples, std::size_t block)
{
    Blocks blocks(samples / block, block);
    blocks.push_back(samples % block); // perhaps none: that must be possible too
    return blocks;
}

Blocks randomBlocks(std::size_t samples, std::size_t most)
{
    std::mt19937 random(11);
    std::uniform_int_distribution<std::size_t> sizes(0, most);
    Blocks blocks;
    while (samples > 0) {
        blocks.push_back(std::min(samples, sizes(random)));
        samples -= blocks.back();
    }
    return blocks;
}

std::vector<float> noise(std::size_t samples, float level = 0.1F)
{
    std::mt19937 random(7);
    std::normal_distribution<float> normal(0, level);
    std::vector<float> values(samples);
    std::ranges::generate(values, [&] { return normal(random); });
    return values;
}

/// Syllables of a buzzing voice, with pauses and breath between them.
std::vector<float> speechLike(double seconds)
{
    auto values = noise(static_cast<std::size_t>(seconds * kModelRate), 0.02F);
    std::mt19937 random(3);
    std::uniform_real_distribution<double> uniform;
    double pitch = 120;
    double loudness = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i % 4000 == 0) {
            pitch = 90 + 120 * uniform(random);
            loudness = uniform(random) < 0.25 ? 0 : 0.2 * uniform(random);
        }
        const double t = static_cast<double>(i) / kModelRate;
        const double envelope = std::sin(std::numbers::pi * static_cast<double>(i % 4000) / 4000);
        double voice = 0;
        for (int harmonic = 1; harmonic <= 12; ++harmonic)
            voice += std::sin(2 * std::numbers::pi * pitch * harmonic * t) / harmonic;
        values[i] += static_cast<float>(loudness * envelope * voice);
    }
    return values;
}

/// A model of any form whose every tensor is random.
Checkpoint randomModel(const ModelConfig& config)
{
    Checkpoint model;
    model.config = config;
    std::mt19937 random(5);
    for (const auto& [name, shape] : expectedTensors(config)) {
        double count = 1;
        for (const auto size : shape)
            count *= static_cast<double>(size);
        const double fanIn = count / static_cast<double>(shape.front());
        const bool isNorm = shape.size() == 1 && name.ends_with(".weight");
        const auto range = static_cast<float>(shape.size() == 1 ? 0.5 : std::sqrt(3 / fanIn));
        std::uniform_real_distribution<float> uniform(isNorm ? 0.5F : -range,
                                                      isNorm ? 1.5F : range);
        std::vector<float> values(static_cast<std::size_t>(count));
        std::ranges::generate(values, [&] { return uniform(random); });
        model.tensors.push_back(Tensor::fromFloat(name, shape, values));
    }
    return model;
}

ModelConfig plainConfig()
{
    ModelConfig config;
    config.convFeatureLayers = {{12, 10, 5}, {12, 8, 4}, {12, 4, 2}, {12, 4, 2}, {12, 4, 2}};
    config.convAggregatorLayers.assign(3, {12, 3, 1});
    return config;
}

Extractor makeExtractor(const Checkpoint& model)
{
    ExtractorOptions options;
    options.device = "cpu";
    auto extractor = Extractor::create(model, options);
    if (!extractor)
        throw std::runtime_error(extractor.error().message);
    return std::move(*extractor);
}

LiveExtractor makeLive(const Checkpoint& model)
{
    auto live = makeExtractor(model).live();
    if (!live)
        throw std::runtime_error(live.error().message);
    return std::move(*live);
}

Checkpoint goldenModel(const QString& name)
{
    auto model = readCheckpoint(golden::path(name.toStdString()));
    if (!model)
        throw std::runtime_error(model.error().message);
    return std::move(*model);
}

LiveRows feed(LiveExtractor& live, std::span<const float> samples, const Blocks& blocks)
{
    LiveRows all;
    for (const auto block : blocks) {
        auto rows = live.process(samples.first(block));
        if (!rows)
            throw std::runtime_error(rows.error().message);
        all.frames += rows->frames;
        all.z.insert(all.z.end(), rows->z.begin(), rows->z.end());
        all.c.insert(all.c.end(), rows->c.begin(), rows->c.end());
        samples = samples.subspan(block);
    }
    return all;
}

LiveRows exactRows(Extractor& extractor, const std::vector<float>& samples)
{
    KeepingSink z;
    KeepingSink c;
    const FeatureRequest requests[] = {{"z", &z}, {"c", &c}};
    if (const auto done = extractor.extract(Waveform(samples), requests); !done)
        throw std::runtime_error(done.error().message);
    return {0, z.frames(), z.values(), c.values()};
}

double largestDifference(const std::vector<float>& rows, const LiveReference::Rows& expected)
{
    std::size_t i = 0;
    double largest = 0;
    for (const auto& row : expected)
        for (const double value : row) {
            if (i == rows.size())
                return INFINITY;
            const double difference = std::abs(static_cast<double>(rows[i++]) - value);
            largest = difference <= largest ? largest : difference;
        }
    return i == rows.size() ? largest : INFINITY;
}

/// Of the frames from `first` on.
double meanCosine(const std::vector<float>& a, const std::vector<float>& b, std::size_t channels,
                  std::size_t first)
{
    double sum = 0;
    std::size_t frames = 0;
    for (std::size_t at = first * channels; at < a.size(); at += channels, ++frames) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (std::size_t i = at; i < at + channels; ++i) {
            product += static_cast<double>(a[i]) * static_cast<double>(b[i]);
            squaresA += static_cast<double>(a[i]) * static_cast<double>(a[i]);
            squaresB += static_cast<double>(b[i]) * static_cast<double>(b[i]);
        }
        sum += product / std::sqrt(squaresA * squaresB);
    }
    return sum / static_cast<double>(frames);
}

bool allFinite(const std::vector<float>& values, float bound)
{
    return std::ranges::all_of(values, [&](float x) { return std::abs(x) <= bound; });
}

} // namespace

Q_DECLARE_METATYPE(Blocks)
Q_DECLARE_METATYPE(ModelConfig)

/// Features of sound while it comes.
class LiveExtractorTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runningStatistics_data()
    {
        QTest::addColumn<ModelConfig>("config");
        const auto add = [](const char* name, const auto& change) {
            auto config = plainConfig();
            change(config);
            QTest::newRow(name) << config;
        };
        add("the plain model", [](ModelConfig&) {});
        add("log compression and GELU", [](ModelConfig& config) {
            config.logCompression = true;
            config.activation = Activation::Gelu;
        });
        add("skip connections", [](ModelConfig& config) {
            config.convFeatureLayers.push_back({12, 1, 1});
            config.skipConnectionsFeat = true;
            config.skipConnectionsAgg = true;
            config.residualScale = 0.3;
        });
        add("skip connections between layers of different widths", [](ModelConfig& config) {
            config.convFeatureLayers[3].dim = 20;
            config.convAggregatorLayers = {{14, 2, 1}, {14, 1, 1}, {9, 5, 1}};
            config.skipConnectionsFeat = true;
            config.skipConnectionsAgg = true;
        });
        add("zeros before the first frame", [](ModelConfig& config) { config.aggZeroPad = true; });
        add("norms without weights and convolutions without bias", [](ModelConfig& config) {
            config.nonAffineGroupNorm = true;
            config.noConvBias = true;
        });
        add("kernels shorter than their stride", [](ModelConfig& config) {
            config.convFeatureLayers = {{12, 3, 5}, {12, 8, 4}, {10, 1, 3}, {12, 4, 2}};
        });
        add("recurrent aggregator", [](ModelConfig& config) {
            config.aggregator = Aggregator::Gru;
            config.gruDim = 10;
        });
        add("gumbel quantizer", [](ModelConfig& config) {
            config.vqType = VqType::Gumbel;
            config.vqVars = 9;
            config.vqDepth = 2;
        });
        add("k-means quantizer", [](ModelConfig& config) {
            config.vqType = VqType::KMeans;
            config.vqVars = 9;
        });
        add("k-means quantizer with one code book", [](ModelConfig& config) {
            config.vqType = VqType::KMeans;
            config.vqVars = 9;
            config.combineGroups = true;
        });
    }
    void runningStatistics()
    {
        QFETCH(ModelConfig, config);
        const auto model = randomModel(config);
        auto live = makeLive(model);
        const auto samples = noise(9000);
        for (const Blocks& blocks :
             {Blocks{9000}, equalBlocks(9000, 1600), randomBlocks(9000, 700)}) {
            LiveReference reference(model);
            live.reset();
            std::span<const float> rest = samples;
            for (const auto block : blocks) {
                const auto rows = live.process(rest.first(block));
                QVERIFY2(rows.ok(), rows ? "" : rows.error().message.c_str());
                const auto expected = reference.process(rest.first(block));
                const double z = largestDifference(rows->z, expected.z);
                const double c = largestDifference(rows->c, expected.c);
                QVERIFY2(z <= kTolerance && c <= kTolerance,
                         qPrintable(QString("z differs by %1, c by %2, in the block at frame %3")
                                        .arg(z)
                                        .arg(c)
                                        .arg(rows->first)));
                rest = rest.subspan(block);
            }
            QVERIFY(live.frames() > 40);
        }
    }

    void frameNumbers_data()
    {
        QTest::addColumn<Blocks>("blocks");
        QTest::newRow("whole") << Blocks{2000};
        QTest::newRow("sample by sample") << equalBlocks(2000, 1);
        QTest::newRow("a hop each") << equalBlocks(2000, 160);
        QTest::newRow("of any size") << randomBlocks(2000, 500);
        QTest::newRow("one receptive field, then a sample less than a hop, then one")
            << Blocks{465, 159, 1, 1375};
    }
    void frameNumbers()
    {
        QFETCH(Blocks, blocks);
        const auto model = randomModel(plainConfig());
        auto live = makeLive(model);
        const auto samples = noise(2000);
        std::size_t fed = 0;
        std::int64_t frames = 0;
        for (const auto block : blocks) {
            const auto rows = live.process(std::span(samples).subspan(fed, block));
            QVERIFY(rows.ok());
            fed += block;
            QCOMPARE(rows->first, frames);
            QCOMPARE(rows->z.size(), static_cast<std::size_t>(rows->frames) * 12);
            QCOMPARE(rows->c.size(), static_cast<std::size_t>(rows->frames) * 12);
            frames += rows->frames;
            QCOMPARE(frames, fed < 465 ? 0 : static_cast<std::int64_t>((fed - 465) / 160 + 1));
            QCOMPARE(live.frames(), frames);
        }
        QCOMPARE(fed, std::size_t(2000));
    }

    void allInOneBlockIsExact_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::newRow("base") << "01_base";
        QTest::newRow("large, with skip connections") << "02_large";
        QTest::newRow("recurrent aggregator") << "03_gru";
        QTest::newRow("all options, with zeros before the first frame") << "04a_options_projsame";
        QTest::newRow("gumbel quantizer") << "05a_vq_gumbel";
        QTest::newRow("k-means quantizer") << "05b_vq_kmeans";
    }
    void allInOneBlockIsExact()
    {
        QFETCH(QString, folder);
        auto extractor = makeExtractor(goldenModel(folder + "/ckpt_legacy_args.pt"));
        auto live = extractor.live();
        QVERIFY(live.ok());
        const auto audio = golden::readWave(folder.toStdString() + "/input.npy");
        const std::vector<float> samples(audio.samples().begin(), audio.samples().end());
        const auto exact = exactRows(extractor, samples);
        const auto rows = feed(*live, samples, {samples.size()});
        QCOMPARE(rows.frames, exact.frames);
        QVERIFY(rows.z == exact.z);
        QVERIFY(rows.c == exact.c);
        // In blocks they are not the exact ones.
        live->reset();
        QVERIFY(feed(*live, samples, equalBlocks(samples.size(), 1600)).z != exact.z);
    }

    void comesCloseToExact()
    {
        auto extractor = makeExtractor(goldenModel("02_large/ckpt_legacy_args.pt"));
        auto live = extractor.live();
        QVERIFY(live.ok());
        const auto samples = speechLike(60);
        const auto exact = exactRows(extractor, samples);
        const auto rows = feed(*live, samples, equalBlocks(samples.size(), 1600));
        QCOMPARE(rows.frames, exact.frames);
        const auto frames = static_cast<std::size_t>(exact.frames);
        const auto cosine = [&](const std::vector<float>& a, const std::vector<float>& b,
                                std::size_t first) {
            return meanCosine(a, b, a.size() / frames, first);
        };
        qInfo("mean cosine with the exact features: z %.6f and c %.6f in all, %.6f and %.6f after "
              "50 s",
              cosine(rows.z, exact.z, 0), cosine(rows.c, exact.c, 0), cosine(rows.z, exact.z, 5000),
              cosine(rows.c, exact.c, 5000));
        QVERIFY(cosine(rows.z, exact.z, 0) > 0.99);
        QVERIFY(cosine(rows.c, exact.c, 0) > 0.99);
        QVERIFY(cosine(rows.z, exact.z, 5000) > 0.999);
        QVERIFY(cosine(rows.c, exact.c, 5000) > 0.999);
    }

    void silence()
    {
        auto extractor = makeExtractor(goldenModel("02_large/ckpt_legacy_args.pt"));
        auto live = extractor.live();
        QVERIFY(live.ok());
        const std::vector<float> zeros(16000, 0.0F);
        const auto quiet = feed(*live, zeros, equalBlocks(zeros.size(), 1600));
        const auto exact = exactRows(extractor, zeros);
        QCOMPARE(quiet.frames, exact.frames);
        // Silence has the same statistics however long it is.
        for (std::size_t i = 0; i < exact.z.size(); ++i)
            QVERIFY(std::abs(quiet.z[i] - exact.z[i]) <= 1e-5F);
        const auto speech = feed(*live, speechLike(2), equalBlocks(32000, 1600));
        QVERIFY(speech.frames > 190);
        QVERIFY(allFinite(quiet.z, 20) && allFinite(quiet.c, 20));
        QVERIFY(allFinite(speech.z, 50) && allFinite(speech.c, 50));
    }

    void keepsNoMoreAfterMoreSound()
    {
        auto live = makeLive(goldenModel("05b_vq_kmeans/ckpt_legacy_args.pt"));
        const auto samples = noise(160 * 300);
        feed(live, samples, equalBlocks(samples.size(), 1600));
        const auto kept = live.keptBytes();
        QVERIFY(kept > 1000);
        for (int again = 0; again < 10; ++again)
            feed(live, samples, equalBlocks(samples.size(), 1600));
        QCOMPARE(live.keptBytes(), kept);
        feed(live, samples, {samples.size()});
        QCOMPARE(live.keptBytes(), kept);
    }

    void refusesWhatIsNotANumber_data()
    {
        QTest::addColumn<float>("value");
        QTest::newRow("NaN") << std::numeric_limits<float>::quiet_NaN();
        QTest::newRow("infinity") << std::numeric_limits<float>::infinity();
        QTest::newRow("minus infinity") << -std::numeric_limits<float>::infinity();
    }
    void refusesWhatIsNotANumber()
    {
        QFETCH(float, value);
        const auto model = randomModel(plainConfig());
        auto live = makeLive(model);
        const auto samples = noise(4000);
        const auto expected = feed(live, samples, {1000, 3000});
        live.reset();
        const auto first = feed(live, std::span(samples).first(1000), {1000});
        auto damaged = samples;
        damaged[1234] = value;
        const auto refused = live.process(std::span<const float>(damaged).subspan(1000));
        QVERIFY(!refused);
        QVERIFY2(refused.error().message.find("1234") != std::string::npos,
                 refused.error().message.c_str());
        // As if it had not come.
        const auto rest = feed(live, std::span(samples).subspan(1000), {3000});
        QCOMPARE(first.frames + rest.frames, expected.frames);
        QVERIFY(std::equal(rest.c.begin(), rest.c.end(), expected.c.end() - std::ssize(rest.c)));
    }

    void resetForgetsAll()
    {
        auto live = makeLive(goldenModel("05b_vq_kmeans/ckpt_legacy_args.pt"));
        const auto samples = noise(8000);
        const auto blocks = equalBlocks(8000, 777);
        const auto expected = feed(live, samples, blocks);
        live.reset();
        QCOMPARE(live.frames(), std::int64_t(0));
        const auto again = feed(live, samples, blocks);
        QVERIFY(again.z == expected.z);
        QVERIFY(again.c == expected.c);
    }

    void besideAnExtraction()
    {
        auto extractor = makeExtractor(goldenModel("05b_vq_kmeans/ckpt_legacy_args.pt"));
        auto live = extractor.live();
        QVERIFY(live.ok());
        const auto samples = noise(32000);
        const auto blocks = equalBlocks(samples.size(), 1600);
        const auto expected = feed(*live, samples, blocks);
        const auto exact = exactRows(extractor, samples);
        live->reset();
        LiveRows rows;
        std::thread recording([&] { rows = feed(*live, samples, blocks); });
        const auto exactAgain = exactRows(extractor, samples);
        recording.join();
        QVERIFY(rows.c == expected.c);
        QVERIFY(exactAgain.c == exact.c);
    }

    void skipConnectionsOverGapsAreRefused()
    {
        auto config = plainConfig();
        config.convFeatureLayers.back() = {12, 1, 2};
        config.skipConnectionsFeat = true;
        const auto live = makeExtractor(randomModel(config)).live();
        QVERIFY(!live);
        QVERIFY2(live.error().message.find("skip_connections_feat") != std::string::npos,
                 live.error().message.c_str());
    }
};

QTEST_APPLESS_MAIN(LiveExtractorTest)
#include "tst_live_extractor.moc"
