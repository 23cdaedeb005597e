#include "core/checkpoint/checkpoint.h"
#include "core/checkpoint/config_fields.h"
#include "core/checkpoint/model_config.h"

#include <QTest>

#include <limits>
#include <map>
#include <numeric>

using namespace phono;

/// Architectures: presets, geometry, layer strings, what cannot be computed, fairseq's field names.
class ModelConfigTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void presetsHaveThePublishedSizes_data()
    {
        QTest::addColumn<int>("preset");
        QTest::addColumn<qint64>("parameters");
        QTest::newRow("base as in the paper") << 0 << qint64(15'491'072);
        QTest::newRow("wav2vec_large.pt") << 1 << qint64(32'537'088);
        QTest::newRow("fairseq's present defaults") << 2 << qint64(32'800'256);
    }
    void presetsHaveThePublishedSizes()
    {
        QFETCH(int, preset);
        QFETCH(qint64, parameters);
        const ModelConfig presets[] = {ModelConfig::base(), ModelConfig::large(), headDefaults()};
        const auto& config = presets[preset];
        QVERIFY(config.validate());
        qint64 count = 0;
        for (const auto& [name, shape] : expectedTensors(config))
            count += std::accumulate(shape.begin(), shape.end(), qint64(1), std::multiplies<>());
        QCOMPARE(count, parameters);
    }

    void presetsDiffer()
    {
        QVERIFY(!ModelConfig::base().logCompression && !ModelConfig::base().skipConnectionsAgg);
        QVERIFY(ModelConfig::large().logCompression && ModelConfig::large().skipConnectionsAgg);
        QCOMPARE(ModelConfig::base().numNegatives, 1);
        QCOMPARE(ModelConfig::large().numNegatives, 10);
        QCOMPARE(ModelConfig::tiny().encoderDim(), 32);
        QCOMPARE(expectedTensors(ModelConfig::tiny()).size(),
                 expectedTensors(ModelConfig::large()).size());
        QCOMPARE(expectedTensors(ModelConfig::large()).size(), std::size_t(71));
    }

    void geometryIsTheReferences()
    {
        for (const auto& config : {ModelConfig::base(), ModelConfig::large(), headDefaults()}) {
            QCOMPARE(config.hop(), 160);
            QCOMPARE(config.encoderReceptiveField(), 465);
            QCOMPARE(config.predictionOffset(), 3);
        }
        QCOMPARE(ModelConfig::base().contextReceptiveField(), 3345);
        QCOMPARE(ModelConfig::large().contextReceptiveField(), 12945);
        auto gru = ModelConfig::large();
        gru.aggregator = Aggregator::Gru;
        gru.gruDim = 20;
        QCOMPARE(gru.contextReceptiveField(), 465);
        QCOMPARE(gru.contextDim(), 20);
    }

    void framesFollowTheClosedForm()
    {
        const auto config = ModelConfig::large();
        for (std::int64_t samples = 0; samples < 20000; ++samples) {
            const auto expected = samples < 465 ? 0 : (samples - 465) / 160 + 1;
            if (config.frames(samples) != expected)
                QCOMPARE(config.frames(samples), expected);
        }
        QCOMPARE(config.frames(16000), std::int64_t(98));
        QCOMPARE(config.frames(150000), std::int64_t(935));
        QCOMPARE(config.frames(960000), std::int64_t(5998));
    }

    void anOffsetOfItsOwnIsKept()
    {
        auto config = ModelConfig::base();
        config.offset = 1;
        QCOMPARE(config.predictionOffset(), 1);
        config.offset.reset();
        config.convFeatureLayers = {{8, 10, 5}, {8, 8, 4}};
        // 10 + 7 * 5 = 45 samples, a frame every 20
        QCOMPARE(config.predictionOffset(), 3);
        QCOMPARE(config.hop(), 20);
    }

    void layersAreParsed_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("layers");
        QTest::newRow("a list") << "[(512, 10, 5), (512, 8, 4)]"
                                << "[(512, 10, 5), (512, 8, 4)]";
        QTest::newRow("repeated") << "[(512, 3, 1)] * 3"
                                  << "[(512, 3, 1), (512, 3, 1), (512, 3, 1)]";
        QTest::newRow("added and repeated")
            << "[(512, 10, 5)] + [(512, 8, 4)] + [(512, 4, 2)] * 2"
            << "[(512, 10, 5), (512, 8, 4), (512, 4, 2), (512, 4, 2)]";
        QTest::newRow("repeated lists of two") << "[(1,2,3),(4,5,6)]*2"
                                               << "[(1, 2, 3), (4, 5, 6), (1, 2, 3), (4, 5, 6)]";
        QTest::newRow("without spaces") << "[(8,10,5)]+[(8,4,2)]*1"
                                        << "[(8, 10, 5), (8, 4, 2)]";
        QTest::newRow("with spaces and lines") << " [ ( 8 , 10 , 5 ) ,\n\t( 8 , 4 , 2 ) ] "
                                               << "[(8, 10, 5), (8, 4, 2)]";
        QTest::newRow("a trailing comma") << "[(8, 10, 5),]"
                                          << "[(8, 10, 5)]";
        QTest::newRow("an empty list") << "[]"
                                       << "[]";
        QTest::newRow("repeated twice over") << "[(8, 1, 1)] * 2 * 2"
                                             << "[(8, 1, 1), (8, 1, 1), (8, 1, 1), (8, 1, 1)]";
        QTest::newRow("repeated no times") << "[(8, 1, 1)] * 0"
                                           << "[]";
    }
    void layersAreParsed()
    {
        QFETCH(QString, text);
        QFETCH(QString, layers);
        const auto parsed = parseConvLayers(text.toStdString());
        QVERIFY(parsed.ok());
        QCOMPARE(QString::fromStdString(toString(*parsed)), layers);
        const auto again = parseConvLayers(toString(*parsed));
        QVERIFY(again.ok() && *again == *parsed);
    }

    void otherTextIsRefused_data()
    {
        QTest::addColumn<QString>("text");
        QTest::newRow("nothing") << "";
        QTest::newRow("a call") << "__import__('os').system('true') or [(8, 10, 5)]";
        QTest::newRow("a call behind a list") << "[(8, 10, 5)] or exit()";
        QTest::newRow("a function of a list") << "list([(8, 10, 5)])";
        QTest::newRow("a comprehension") << "[(512, k, 1) for k in range(2, 14)]";
        QTest::newRow("far too many layers") << "[(8, 10, 5)] * 100000000";
        QTest::newRow("too many layers by steps") << "[(8, 10, 5)] * 60 * 60";
        QTest::newRow("too many layers by addition") << "[(8, 10, 5)] * 40 + [(8, 10, 5)] * 40";
        QTest::newRow("too many channels") << "[(65537, 10, 5)]";
        QTest::newRow("a number beyond 64 bits") << "[(99999999999999999999, 10, 5)]";
        QTest::newRow("a negative stride") << "[(8, 10, -5)]";
        QTest::newRow("a fraction") << "[(8, 10, 5.0)]";
        QTest::newRow("two numbers") << "[(8, 10)]";
        QTest::newRow("four numbers") << "[(8, 10, 5, 1)]";
        QTest::newRow("no closing bracket") << "[(8, 10, 5)";
        QTest::newRow("a factor in front") << "2 * [(8, 10, 5)]";
        QTest::newRow("something behind it") << "[(8, 10, 5)] x";
        QTest::newRow("a dangling plus") << "[(8, 10, 5)] +";
        QTest::newRow("brackets around") << "([(8, 10, 5)])";
    }
    void otherTextIsRefused()
    {
        QFETCH(QString, text);
        const auto parsed = parseConvLayers(text.toStdString());
        QVERIFY(!parsed.ok());
        QVERIFY(parsed.error().message.find("layers") != std::string::npos);
    }

    void whatCannotBeComputedIsSaid_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("value");
        QTest::newRow("no encoder") << "conv_feature_layers"
                                    << "[]";
        QTest::newRow("an encoder without stride") << "conv_feature_layers"
                                                   << "[(8, 10, 0)]";
        QTest::newRow("an encoder without channels") << "conv_feature_layers"
                                                     << "[(0, 10, 5)]";
        QTest::newRow("frames of hours") << "conv_feature_layers"
                                         << "[(8, 65536, 65536), (8, 65536, 65536)]";
        QTest::newRow("an endless encoder") << "conv_feature_layers"
                                            << "[(8, 65536, 65536)] * 64";
        QTest::newRow("no context network") << "conv_aggregator_layers"
                                            << "[]";
        QTest::newRow("a context network with strides") << "conv_aggregator_layers"
                                                        << "[(8, 3, 2)]";
    }
    void whatCannotBeComputedIsSaid()
    {
        QFETCH(QString, field);
        QFETCH(QString, value);
        auto config = ModelConfig::large();
        QVERIFY(apply(config, {{field.toStdString(), value.toStdString()}}).ok());
        const auto sound = config.validate();
        QVERIFY(!sound.ok());
        QVERIFY(sound.error().message.find(field.toStdString()) != std::string::npos);
    }

    void numbersOutOfRangeAreSaid_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<double>("value");
        QTest::newRow("no prediction steps") << "prediction_steps" << 0.0;
        QTest::newRow("negative negatives") << "num_negatives" << -1.0;
        QTest::newRow("negative cross negatives") << "cross_sample_negatives" << -1.0;
        QTest::newRow("a sample distance of nothing") << "sample_distance" << 0.0;
        QTest::newRow("a negative offset") << "offset" << -1.0;
        QTest::newRow("a dropout above one") << "dropout" << 1.5;
        QTest::newRow("a negative residual scale") << "residual_scale" << -0.5;
        QTest::newRow("a residual scale that is no number")
            << "residual_scale" << std::numeric_limits<double>::quiet_NaN();
    }
    void numbersOutOfRangeAreSaid()
    {
        QFETCH(QString, field);
        QFETCH(double, value);
        auto config = ModelConfig::large();
        QVERIFY(apply(config, {{field.toStdString(), value}}).ok());
        const auto sound = config.validate();
        QVERIFY(!sound.ok());
        QVERIFY(sound.error().message.find(field.toStdString()) != std::string::npos);
    }

    void quantizersMustFitTheEncoder()
    {
        auto config = ModelConfig::large();
        config.vqType = VqType::Gumbel;
        QVERIFY(config.validate());
        config.vqGroups = 3;
        QVERIFY(!config.validate().ok());
        config.vqGroups = 2;
        config.vqDim = 256;
        QVERIFY(!config.validate().ok());
        config.vqDim = 512;
        QVERIFY(config.validate());
        config.vqVars = 0;
        QVERIFY(!config.validate().ok());
    }

    void deepGumbelProjectionsHaveTheReferencesNames()
    {
        auto config = ModelConfig::tiny();
        config.vqType = VqType::Gumbel;
        config.vqDepth = 3;
        const auto list = expectedTensors(config);
        const std::map<std::string, std::vector<std::int64_t>> shapes(list.begin(), list.end());
        using Shape = std::vector<std::int64_t>;
        QCOMPARE(shapes.at("vector_quantizer.weight_proj.0.0.weight"), (Shape{64, 32}));
        QCOMPARE(shapes.at("vector_quantizer.weight_proj.1.0.weight"), (Shape{64, 64}));
        QCOMPARE(shapes.at("vector_quantizer.weight_proj.2.weight"), (Shape{640, 64}));
        QCOMPARE(shapes.at("vector_quantizer.weight_proj.2.bias"), Shape{640});
        QCOMPARE(shapes.at("vector_quantizer.vars"), (Shape{1, 640, 16}));
    }

    void widthsThatDifferNeedProjections()
    {
        auto config = ModelConfig::large();
        config.convAggregatorLayers = {{512, 2, 1}, {256, 3, 1}};
        const auto list = expectedTensors(config);
        const std::map<std::string, std::vector<std::int64_t>> shapes(list.begin(), list.end());
        using Shape = std::vector<std::int64_t>;
        QCOMPARE(shapes.at("feature_aggregator.residual_proj.1.weight"), (Shape{256, 512, 1}));
        QVERIFY(!shapes.contains("feature_aggregator.residual_proj.0.weight"));
        QCOMPARE(shapes.at("wav2vec_predictions.project_to_steps.weight"),
                 (Shape{256, 512, 1, 12}));
    }

    void fieldsSurviveTheirNames()
    {
        auto config = ModelConfig::tiny();
        config.activation = Activation::Gelu;
        config.aggregator = Aggregator::Gru;
        config.gruDim = 7;
        config.vqType = VqType::KMeans;
        config.vqTemp = {1.5, 0.25, 0.9};
        config.projectFeatures = ProjectFeatures::Same;
        config.sampleDistance = 20;
        config.offset = 4;
        config.residualScale = 0.7;
        config.combineGroups = config.infonce = config.balancedClasses = true;
        const auto fields = fieldsOf(config);
        QCOMPARE(fields.size(), std::size_t(31));
        ModelConfig again;
        QVERIFY(apply(again, {fields.begin(), fields.end()}).ok());
        QVERIFY(again == config);
    }

    void fieldsAreReadAsPeopleWroteThem()
    {
        ModelConfig config;
        QVERIFY(apply(config, {{"cross_sample_negatives", true}}).ok());
        QCOMPARE(config.crossSampleNegatives, 1);
        QVERIFY(apply(config, {{"vq_temp", std::string("(2.0, 0.5, 0.999995)")}}).ok());
        QCOMPARE(config.vqTemp[2], 0.999995);
        QVERIFY(apply(config, {{"offset", std::string("5")}}).ok());
        QCOMPARE(config.offset.value(), 5);
        QVERIFY(apply(config, {{"offset", std::string("auto")}}).ok());
        QVERIFY(!config.offset);
        QVERIFY(apply(config, {{"gru_dim", 20.0}, {"dropout", std::int64_t(0)}}).ok());
        QCOMPARE(config.gruDim, 20);
    }

    void valuesOfTheWrongKindAreNamed_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("text");
        QTest::newRow("an unknown activation") << "activation"
                                               << "swish";
        QTest::newRow("a text for a flag") << "log_compression"
                                           << "yes";
        QTest::newRow("a text for a number") << "gru_dim"
                                             << "many";
        QTest::newRow("an odd offset") << "offset"
                                       << "automatic";
        QTest::newRow("two temperatures") << "vq_temp"
                                          << "(2.0, 0.5)";
        QTest::newRow("code for temperatures") << "vq_temp"
                                               << "exit()";
        QTest::newRow("code for layers") << "conv_feature_layers"
                                         << "exit()";
    }
    void valuesOfTheWrongKindAreNamed()
    {
        QFETCH(QString, field);
        QFETCH(QString, text);
        ModelConfig config;
        const auto done = apply(config, {{field.toStdString(), text.toStdString()}});
        QVERIFY(!done.ok());
        QVERIFY(done.error().message.find(field.toStdString()) != std::string::npos);
    }

private:
    static Result<void> apply(ModelConfig& config, const std::map<std::string, FieldValue>& fields)
    {
        return applyFields(config, [&](std::string_view name) -> std::optional<FieldValue> {
            const auto found = fields.find(std::string(name));
            return found == fields.end() ? std::nullopt : std::optional(found->second);
        });
    }
};

QTEST_APPLESS_MAIN(ModelConfigTest)
#include "tst_model_config.moc"
