#include "core/model/extractor.h"
#include "tests/support/golden.h"

#include <QTest>

#include <map>

using namespace phono;
using namespace phono::golden;

namespace {

constexpr double kTolerance = 2e-5; // SPEC 9

using Sinks = std::map<std::string, KeepingSink>;

/// Computes `names` of `audio` with a golden checkpoint.
Sinks extract(const std::string& checkpoint, const Waveform& audio,
              const std::vector<std::string>& names, const ExtractorOptions& options)
{
    auto model = readCheckpoint(path(checkpoint));
    if (!model)
        throw std::runtime_error(model.error().message);
    auto extractor = Extractor::create(*model, options);
    if (!extractor)
        throw std::runtime_error(extractor.error().message);
    Sinks sinks;
    std::vector<FeatureRequest> requests;
    for (const auto& name : names)
        requests.push_back({name, &sinks[name]});
    const auto done = extractor->extract(audio, requests);
    if (!done)
        throw std::runtime_error(done.error().message);
    return sinks;
}

ExtractorOptions onProcessor(const std::string& kernel = "")
{
    ExtractorOptions options;
    options.device = "cpu";
    options.kernel = kernel;
    return options;
}

/// What the edge cases heard; the constant ones have no input file.
Waveform edgeAudio(const std::string& folder, const std::string& edge)
{
    if (edge == "zeros2000")
        return Waveform(std::vector<float>(2000, 0.0F));
    if (edge == "dc2000")
        return Waveform(std::vector<float>(2000, 0.25F));
    return readWave(folder + "/edge_" + edge + "_in.npy");
}

} // namespace

#define COMPARE_TO_GOLDEN(sink, file)                                                              \
    do {                                                                                           \
        const double difference = largestDifference(sink, readNpy(file));                          \
        QVERIFY2(                                                                                  \
            difference <= kTolerance,                                                              \
            qPrintable(                                                                            \
                QString("%1 differs by %2").arg(QString::fromStdString(file)).arg(difference)));   \
    } while (false)

/// Features against those of the reference implementation (golden data).
class ForwardTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void zAndC_data()
    {
        QTest::addColumn<QString>("checkpoint");
        QTest::addColumn<QString>("audio");
        QTest::addColumn<QString>("results");
        QTest::addColumn<QString>("kernel");
        const auto add = [](const char* what, const char* checkpoint, const char* audio,
                            const char* results) {
            QTest::addRow("%s, portable kernels", what)
                << checkpoint << audio << results << "portable";
            QTest::addRow("%s, fastest kernels", what) << checkpoint << audio << results << "";
        };
        add("base", "01_base/ckpt_legacy_args.pt", "01_base/input.npy", "01_base/%1.npy");
        add("large", "02_large/ckpt_zip_cfg.pt", "02_large/input.npy", "02_large/%1.npy");
        add("recurrent aggregator", "03_gru/ckpt_zip_cfg.pt", "03_gru/input.npy", "03_gru/%1.npy");
        add("all options", "04a_options_projsame/ckpt_zip_cfg.pt", "04a_options_projsame/input.npy",
            "04a_options_projsame/%1.npy");
        add("gumbel quantizer", "05a_vq_gumbel/ckpt_zip_cfg.pt", "05a_vq_gumbel/input.npy",
            "05a_vq_gumbel/%1.npy");
        add("k-means quantizer", "05b_vq_kmeans/ckpt_legacy_args.pt", "05b_vq_kmeans/input.npy",
            "05b_vq_kmeans/%1.npy");
        add("weights stored as fp16", "06_halfstored/ckpt_legacy_fp16.pt", "02_large/input.npy",
            "06_halfstored/%1_fp16.npy");
        add("weights stored as bf16", "06_halfstored/ckpt_zip_bf16.pt", "02_large/input.npy",
            "06_halfstored/%1_bf16.npy");
        add("written by the reference trainer", "10_real_trainer/fairseqHEAD_checkpoint_last.pt",
            "10_real_trainer/input.npy", "10_real_trainer/fairseqHEAD_%1.npy");
    }
    void zAndC()
    {
        QFETCH(QString, checkpoint);
        QFETCH(QString, audio);
        QFETCH(QString, results);
        QFETCH(QString, kernel);
        const auto sinks = extract(checkpoint.toStdString(), readWave(audio.toStdString()),
                                   {"z", "c"}, onProcessor(kernel.toStdString()));
        for (const char* name : {"z", "c"})
            COMPARE_TO_GOLDEN(sinks.at(name), results.arg(name).toStdString());
    }

    void edges_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("edge");
        for (const char* folder : {"01_base", "02_large"})
            for (const char* edge : {"min465", "len624", "len625", "zeros2000", "dc2000"})
                QTest::addRow("%s, %s", folder, edge) << folder << edge;
    }
    void edges()
    {
        QFETCH(QString, folder);
        QFETCH(QString, edge);
        const auto from = folder.toStdString();
        const auto sinks = extract(from + "/ckpt_legacy_args.pt",
                                   edgeAudio(from, edge.toStdString()), {"z", "c"}, onProcessor());
        for (const std::string name : {"z", "c"})
            COMPARE_TO_GOLDEN(sinks.at(name),
                              from + "/edge_" + edge.toStdString() + "_" + name + ".npy");
    }

    void everyLayer()
    {
        std::vector<std::string> names;
        for (int i = 1; i < 7; ++i)
            names.push_back("enc" + std::to_string(i));
        for (int i = 0; i < 12; ++i)
            names.push_back("agg" + std::to_string(i));
        const auto sinks = extract("02_large/ckpt_zip_cfg.pt", readWave("02_large/input.npy"),
                                   names, onProcessor());
        for (const auto& name : names)
            COMPARE_TO_GOLDEN(sinks.at(name), "02_large/layers/" + name + ".npy");
    }

    void firstLayer()
    {
        const auto sinks = extract("02_large/ckpt_zip_cfg.pt", readWave("02_large/input.npy"),
                                   {"enc0"}, onProcessor());
        const auto& sink = sinks.at("enc0");
        const auto expected = readNpy("02_large/layers/enc0_first400.npy");
        QCOMPARE(expected.shape, std::vector<std::int64_t>({24, 400}));
        QVERIFY(sink.complete());
        QCOMPARE(sink.frames(), (readWave("02_large/input.npy").size() - 10) / 5 + 1);
        for (int t = 0; t < 400; ++t)
            for (int c = 0; c < 24; ++c)
                QVERIFY(
                    std::abs(sink.at(t, c) - expected.values[static_cast<std::size_t>(c * 400 + t)])
                    <= kTolerance);
    }

    void codesAndCodeVectors_data()
    {
        QTest::addColumn<QString>("folder");
        QTest::newRow("gumbel") << "05a_vq_gumbel";
        QTest::newRow("k-means") << "05b_vq_kmeans";
    }
    void codesAndCodeVectors()
    {
        QFETCH(QString, folder);
        const auto from = folder.toStdString();
        const auto sinks = extract(from + "/ckpt_legacy_args.pt", readWave(from + "/input.npy"),
                                   {"codes", "zq"}, onProcessor());
        COMPARE_TO_GOLDEN(sinks.at("zq"), from + "/zq.npy");
        const auto& codes = sinks.at("codes");
        const auto expected = readNpy(from + "/codes.npy"); // frames x groups
        QVERIFY(codes.info().integers);
        QCOMPARE(expected.shape,
                 std::vector<std::int64_t>({codes.frames(), codes.info().channels}));
        QCOMPARE(std::vector<double>(codes.values().begin(), codes.values().end()),
                 expected.values);
    }

    void everyContainerGivesTheSame_data()
    {
        QTest::addColumn<QString>("checkpoint");
        for (const char* name : {"legacy_args", "legacy_cfg", "zip_args", "zip_cfg"})
            QTest::newRow(name) << QString("01_base/ckpt_%1.pt").arg(name);
    }
    void everyContainerGivesTheSame()
    {
        QFETCH(QString, checkpoint);
        const auto sinks = extract(checkpoint.toStdString(), readWave("01_base/input.npy"),
                                   {"z", "c"}, onProcessor());
        COMPARE_TO_GOLDEN(sinks.at("z"), "01_base/z.npy");
        COMPARE_TO_GOLDEN(sinks.at("c"), "01_base/c.npy");
    }
};

QTEST_APPLESS_MAIN(ForwardTest)
#include "tst_forward.moc"
