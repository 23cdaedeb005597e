#include "core/run/config_field.h"
#include "core/run/config_text.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>
#include <random>
#include <set>

using namespace phono;

namespace {

TrainingConfig preset(const char* name)
{
    auto config = presetConfig(name);
    return config ? *config : TrainingConfig();
}

/// Another value that the field may have.
FieldValue otherValue(const ConfigField& field, const TrainingConfig& config, std::mt19937& random)
{
    std::uniform_real_distribution<double> share(0, 1);
    const double number = field.least + share(random) * (std::min(field.most, 1e12) - field.least);
    switch (field.kind) {
    case FieldKind::Flag:
        return !std::get<bool>(field.value(config));
    case FieldKind::Whole:
        return static_cast<std::int64_t>(std::floor(number));
    case FieldKind::Number:
        return number;
    case FieldKind::Numbers:
        return std::vector<double>(field.count > 0 ? field.count : 3, number);
    case FieldKind::Word:
        return field.words[random() % field.words.size()];
    case FieldKind::Text:
        break;
    }
    if (field.key == "offset")
        return std::string("5");
    if (field.key.ends_with("_layers"))
        return std::string("[(7, 3, 1), (7, 2, 1), (7, 2, 1)]");
    return std::string("a \"b\"\\ = #c\t[α]\n\x01\x7F'");
}

} // namespace

/// Configurations as text: read, written, set, refused.
class TrainingConfigTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void presetsCanBeTrained()
    {
        for (const auto& name : presetNames()) {
            const auto config = presetConfig(name);
            QVERIFY(config.ok());
            const auto sound = config->validate();
            QVERIFY2(sound.ok(), sound ? "" : sound.error().message.c_str());
        }
        const auto unknown = presetConfig("huge");
        QVERIFY(!unknown.ok());
        QVERIFY(unknown.error().message.find("base, large, tiny, fairseq-large")
                != std::string::npos);
    }

    void fairseqLargeIsTheReadmeRecipe()
    {
        const auto config = preset("fairseq-large");
        QCOMPARE(config.optimization.lr, 0.005);
        QCOMPARE(config.optimization.maxUpdate, std::int64_t(400000));
        QCOMPARE(config.optimization.clipNorm, 0.0);
        QCOMPARE(config.lrScheduler.name, std::string("cosine"));
        QCOMPARE(config.lrScheduler.warmupUpdates, 500);
        QCOMPARE(config.lrScheduler.warmupInitLr, 1e-7);
        QCOMPARE(config.lrScheduler.minLr, 1e-6);
        QCOMPARE(config.optimizer.adamBetas[1], 0.999);
        QCOMPARE(config.optimizer.adamEps, 1e-8);
        QVERIFY(config.common.fp16 && !config.common.bf16);
        QCOMPARE(config.task.maxSampleSize, std::int64_t(150000));
        QCOMPARE(config.dataset.maxTokens, std::int64_t(1500000));
        QCOMPARE(config.dataset.requiredBatchSizeMultiple, 8);
        QVERIFY(config.dataset.referenceBatching);
        QVERIFY(config.model == ModelConfig::large());
        QCOMPARE(config.model.numNegatives, 10);
        QVERIFY(config.model.skipConnectionsAgg && config.model.logCompression);
        QCOMPARE(config.model.residualScale, 0.5);
        QVERIFY(!config.criterion.infonce);
        QVERIFY(config.criterion.negatives == NegativeDraw::Reference);
    }

    void everyFieldIsExplainedAndComplete()
    {
        std::set<std::string> names;
        const auto config = preset("large");
        for (const auto& field : configFields()) {
            const auto name = field.name();
            QVERIFY2(names.insert(name).second, name.c_str());
            QVERIFY2(field.meaning.size() > 10 && field.meaning.find('\n') == std::string::npos,
                     name.c_str());
            QVERIFY2(field.meaning.ends_with('.'), name.c_str());
            QCOMPARE(findConfigField(name), &field);
            auto copy = config;
            const auto done = field.assign(copy, field.value(config));
            QVERIFY2(done.ok(), done ? "" : (name + ": " + done.error().message).c_str());
            QVERIFY2(copy == config, name.c_str());
            for (const auto& word : field.words)
                QVERIFY2(field.assign(copy, word).ok(), (name + " " + word).c_str());
        }
        for (const auto& [key, value] : fieldsOf(config.model))
            QVERIFY2(key == "infonce" || names.contains("model." + key), key.c_str());
        QCOMPARE(findConfigField("dataset"), nullptr);
    }

    void everyFieldComesBackFromText()
    {
        std::mt19937 random(7);
        for (int round = 0; round < 5; ++round) {
            for (const auto& field : configFields()) {
                auto config = preset("large");
                const auto value = otherValue(field, config, random);
                const auto done = field.assign(config, value);
                QVERIFY2(done.ok(), done ? "" : (field.name() + done.error().message).c_str());
                QVERIFY2(field.value(config) == value, field.name().c_str());
                config.model.infonce = config.criterion.infonce;
                const auto text = toToml(config);
                const auto read = parseTrainingConfig(text, "test", preset("base"));
                QVERIFY2(read.ok(), read ? "" : read.error().message.c_str());
                QVERIFY2(*read == config, field.name().c_str());
            }
        }
    }

    void whatIsUnsetComesBackAsUnset()
    {
        auto base = preset("large");
        base.model.sampleDistance = 10;
        base.model.offset = 3;
        const auto read = parseTrainingConfig(toToml(preset("large")), "test", base);
        QVERIFY(read.ok() && *read == preset("large"));
    }

    void aFileSaysWhatItsKeysMean()
    {
        const auto text = QByteArray::fromStdString(toToml(preset("fairseq-large")));
        QVERIFY(text.startsWith("[common]\n# Start of all random numbers of the run. (fairseq: 1)\n"
                                "seed = 1\n"));
        QVERIFY(text.contains("\n\n[lr_scheduler]\n"));
        QVERIFY(text.contains("\nlr = 0.005\n"));
        QVERIFY(text.contains("\nadam_betas = [0.9, 0.999]\n"));
        QVERIFY(text.contains("(not in fairseq)\ndevice = \"auto\"\n"));
        QVERIFY(text.contains("\nsample_distance = \"none\"\n"));
    }

    void fairseqsSpellingsAreUnderstood_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        const auto row = [](const char* title, const char* text, const char* name,
                            const char* value) {
            QTest::newRow(title) << QByteArray(text) << QByteArray(name) << QByteArray(value);
        };
        row("a learning rate in a list", "[optimization]\nlr = [0.01]", "optimization.lr", "0.01");
        row("a whole number for a learning rate", "[optimization]\nlr = 1", "optimization.lr",
            "1.0");
        row("accumulation in a list", "[optimization]\nupdate_freq = [4]",
            "optimization.update_freq", "4");
        row("betas as text", "[optimizer]\nadam_betas = '(0.8, 0.98)'", "optimizer.adam_betas",
            "[0.8, 0.98]");
        row("betas as a list", "[optimizer]\nadam_betas = [0.8, 0.98]", "optimizer.adam_betas",
            "[0.8, 0.98]");
        row("a flag as Python writes it", "[common]\nfp16 = 'True'", "common.fp16", "true");
        row("updates with an exponent", "[optimization]\nmax_update = 4e5",
            "optimization.max_update", "400000");
        row("the model's own name", "[model]\n_name = 'wav2vec'\ndropout = 0.5", "model.dropout",
            "0.5");
        row("the optimizer's name", "[optimizer]\n_name = 'adam'\nadam_eps = 1e-6",
            "optimizer.adam_eps", "1e-06");
        row("infonce in the section of the model", "[model]\ninfonce = true", "criterion.infonce",
            "true");
        row("an offset as a number", "[model]\noffset = 4", "model.offset", "\"4\"");
        row("no distance", "[model]\nsample_distance = 'None'", "model.sample_distance",
            "\"none\"");
        row("a temperature as text", "[model]\nvq_temp = '(2.0, 0.5, 0.9)'", "model.vq_temp",
            "[2.0, 0.5, 0.9]");
        row("layers as Python writes them", "[model]\nconv_aggregator_layers = '[(8, 3, 1)] * 2'",
            "model.conv_aggregator_layers", "\"[(8, 3, 1), (8, 3, 1)]\"");
        row("a dotted key", "dataset.max_tokens = 320000", "dataset.max_tokens", "320000");
    }

    void fairseqsSpellingsAreUnderstood()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        const auto read = parseTrainingConfig(text.toStdString(), "f.toml", preset("large"));
        QVERIFY2(read.ok(), read ? "" : read.error().message.c_str());
        const auto* field = findConfigField(name.toStdString());
        QVERIFY(field);
        QCOMPARE(QByteArray::fromStdString(tomlText(field->value(*read))), value);
        QCOMPARE(read->model.infonce, read->criterion.infonce);
    }

    void mistakesAreNamedWithTheirPlace_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* title, const char* text, const char* message) {
            QTest::newRow(title) << QByteArray(text) << QByteArray(message);
        };
        row("a slip in a key", "[dataset]\n\nmax_token = 3",
            "f.toml, line 3: unknown key dataset.max_token; did you mean dataset.max_tokens?");
        row("a key in the wrong section", "[dataset]\nlr = 3",
            "f.toml, line 2: unknown key dataset.lr; did you mean optimization.lr?");
        row("a key outside of any section", "lr = 3",
            "f.toml, line 1: unknown key lr; did you mean optimization.lr?");
        row("a key like no other", "[dataset]\nquite_something_else_entirely = 3",
            "f.toml, line 2: unknown key dataset.quite_something_else_entirely");
        row("a slip in a section", "\n[optimisation]\nlr = 3",
            "f.toml, line 2: unknown section [optimisation]; did you mean [optimization]?");
        row("a section like no other", "[xyz]\n", "f.toml, line 1: unknown section [xyz]");
        row("a section as a value", "model = 'large'",
            "f.toml, line 1: model is a section: write [model]");
        row("a list of sections", "[[model]]\ndropout = 0",
            "f.toml, line 1: model is a section: write [model]");
        row("a section for a value", "[optimization.lr]\na = 1",
            "f.toml, line 1: optimization.lr: expected a flag, a number, a text or a list of "
            "numbers");
        row("a date", "[optimization]\nlr = 1979-05-27",
            "f.toml, line 2: optimization.lr: expected a flag, a number, a text or a list of "
            "numbers");
        row("a text for a number", "[optimization]\nlr = 'high'",
            "f.toml, line 2: optimization.lr: expected a number from 0.0 to 1000.0, not \"high\"");
        row("two rates", "[optimization]\nlr = [0.1, 0.2]",
            "f.toml, line 2: optimization.lr: expected a number from 0.0 to 1000.0, not [0.1, "
            "0.2]");
        row("not a number", "[optimization]\nlr = nan",
            "f.toml, line 2: optimization.lr: expected a number from 0.0 to 1000.0, not nan");
        row("a real number for a whole one", "[optimization]\nupdate_freq = 1.5",
            "f.toml, line 2: optimization.update_freq: expected a whole number from 1 to 65536, "
            "not 1.5");
        row("too small a number", "[common]\nseed = -1",
            "f.toml, line 2: common.seed: expected a whole number from 0 to 9007199254740992, not "
            "-1");
        row("a number for a flag", "[common]\nfp16 = 1",
            "f.toml, line 2: common.fp16: expected true or false, not 1");
        row("an unknown word", "[model]\nactivation = 'swish'",
            "f.toml, line 2: model.activation: expected \"relu\" or \"gelu\", not \"swish\"");
        row("one beta", "[optimizer]\nadam_betas = [0.9]",
            "f.toml, line 2: optimizer.adam_betas: expected 2 numbers from 0.0 to 1.0, not [0.9]");
        row("betas that are no numbers", "[optimizer]\nadam_betas = '(a, b)'",
            "f.toml, line 2: optimizer.adam_betas: expected 2 numbers from 0.0 to 1.0, not "
            "\"(a, b)\"");
        row("a number for a folder", "[task]\ndata = 5",
            "f.toml, line 2: task.data: expected a text (UTF-8), not 5");
        row("an offset that is neither", "[model]\noffset = 'late'",
            "f.toml, line 2: model.offset: expected \"auto\" or a whole number, not \"late\"");
        row("another model", "[model]\n_name = 'wav2vec2'",
            "f.toml, line 2: model._name: \"wav2vec2\" cannot be trained");
        row("two criteria", "[criterion]\ninfonce = true\n[model]\ninfonce = false",
            "f.toml: criterion.infonce and model.infonce contradict each other; leave the latter "
            "out");
    }

    void mistakesAreNamedWithTheirPlace()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, message);
        const auto read = parseTrainingConfig(text.toStdString(), "f.toml", preset("large"));
        QVERIFY(!read.ok());
        QCOMPARE(QByteArray::fromStdString(read.error().message), message);
    }

    void layersAreNeverExecuted()
    {
        const auto read = parseTrainingConfig(
            "[model]\nconv_feature_layers = '__import__(\"os\").system(\"true\")'", "f.toml",
            preset("large"));
        QVERIFY(!read.ok());
        QVERIFY(read.error().message.starts_with("f.toml, line 2: model.conv_feature_layers: "));
    }

    void whatIsNoTomlIsRefusedWithItsLine_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("a missing value") << QByteArray("[common]\nseed =");
        QTest::newRow("a key twice") << QByteArray("[common]\nseed = 1\nseed = 2");
        QTest::newRow("zeros") << QByteArray(10, '\0');
        QTest::newRow("no UTF-8") << QByteArray("[common]\nseed = '\xFF'");
        QTest::newRow("deep nesting") << QByteArray("a = ") + QByteArray(5000, '[');
        QTest::newRow("a long file") << QByteArray(2 << 20, '#');
    }

    void whatIsNoTomlIsRefusedWithItsLine()
    {
        QFETCH(QByteArray, text);
        const auto read = parseTrainingConfig(text.toStdString(), "f.toml", preset("large"));
        QVERIFY(!read.ok());
        QVERIFY2(read.error().message.starts_with("f.toml"), read.error().message.c_str());
    }

    void aSettingFromTheCommandLineIsUnderstood_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("written");
        const auto row = [](const char* title, const char* name, const char* value,
                            const char* written) {
            QTest::newRow(title) << QByteArray(name) << QByteArray(value) << QByteArray(written);
        };
        row("a number", "optimization.lr", "1e-3", "0.001");
        row("a whole number", "dataset.max_tokens", "320_000", "320000");
        row("a flag", "common.bf16", "true", "true");
        row("a flag as in Python", "common.bf16", "True", "true");
        row("a word", "model.activation", "gelu", "\"gelu\"");
        row("a word in quotes", "model.activation", "\"gelu\"", "\"gelu\"");
        row("a folder", "task.data", "/a b/c's", "\"/a b/c's\"");
        row("a folder that looks like a number", "task.data", "2019", "\"2019\"");
        row("nothing", "task.valid", "", "\"\"");
        row("a list", "criterion.loss_weights", "[10]", "[10.0]");
        row("betas", "optimizer.adam_betas", "(0.5, 0.6)", "[0.5, 0.6]");
        row("no distance", "model.sample_distance", "none", "\"none\"");
        row("an offset", "model.offset", "2", "\"2\"");
        row("layers", "model.conv_aggregator_layers", "[(8, 2, 1)]", "\"[(8, 2, 1)]\"");
        row("a schedule", "lr_scheduler._name", "fixed", "\"fixed\"");
    }

    void aSettingFromTheCommandLineIsUnderstood()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, written);
        auto config = preset("large");
        const auto done = setField(config, name.toStdString(), value.toStdString());
        QVERIFY2(done.ok(), done ? "" : done.error().message.c_str());
        const auto text = tomlText(findConfigField(name.toStdString())->value(config));
        QCOMPARE(QByteArray::fromStdString(text), written);
    }

    void aWrongSettingIsRefused_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* title, const char* name, const char* value,
                            const char* message) {
            QTest::newRow(title) << QByteArray(name) << QByteArray(value) << QByteArray(message);
        };
        row("a slip", "optimisation.lr", "1",
            "unknown key optimisation.lr; did you mean optimization.lr?");
        row("a section", "optimization", "1", "unknown key optimization");
        row("words for a number", "optimization.lr", "high",
            "optimization.lr: expected a number from 0.0 to 1000.0, not \"high\"");
        row("two lines", "optimization.lr", "1\nx = 2",
            "optimization.lr: expected a number from 0.0 to 1000.0, not");
        row("nothing", "optimization.lr", "",
            "optimization.lr: expected a number from 0.0 to 1000.0, not \"\"");
    }

    void aWrongSettingIsRefused()
    {
        QFETCH(QByteArray, name);
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, message);
        auto config = preset("large");
        const auto done = setField(config, name.toStdString(), value.toStdString());
        QVERIFY(!done.ok());
        QVERIFY2(done.error().message.starts_with(message.toStdString()),
                 done.error().message.c_str());
        QVERIFY(config == preset("large"));
    }

    void whatCannotBeTrainedIsNamed_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* title, const char* text, const char* message) {
            QTest::newRow(title) << QByteArray(text) << QByteArray(message);
        };
        row("two precisions", "common.fp16 = true\ncommon.bf16 = true",
            "common.fp16 and common.bf16");
        row("fp16 on the processor", "common.fp16 = true\ncommon.device = 'cpu'", "common.fp16");
        row("an unknown device", "common.device = 'tpu'", "common.device");
        row("an unknown GPU", "common.device = 'cuda:x'", "common.device");
        row("crops below the least size", "task.min_sample_size = 160000", "task.min_sample_size");
        row("batches without a limit", "dataset.max_tokens = 0", "dataset.max_tokens and");
        row("batches smaller than a recording", "dataset.max_tokens = 100000",
            "dataset.max_tokens");
        row("crops too short to predict", "task.max_sample_size = 500", "task.max_sample_size");
        row("no negatives", "model.num_negatives = 0", "model.num_negatives and");
        row("classes balanced by none",
            "model.num_negatives = 0\nmodel.cross_sample_negatives = 5\n"
            "model.balanced_classes = true",
            "model.balanced_classes");
        row("a model that cannot be", "model.vq_type = 'gumbel'\nmodel.vq_groups = 3",
            "section model: vq_groups");
        row("too many weights", "criterion.loss_weights = [1, 2]", "criterion.loss_weights");
        row("no learning rate", "optimization.lr = 0", "optimization.lr");
        row("a beta of one", "optimizer.adam_betas = [0.9, 1]", "optimizer.adam_betas");
        row("a floor above the ceiling", "lr_scheduler.min_lr = 0.01", "lr_scheduler.min_lr");
        row("a cosine of no length", "lr_scheduler.lr_period_updates = 0",
            "lr_scheduler.lr_period_updates");
        row("a warm-up without an end", "optimization.max_update = 500",
            "lr_scheduler.warmup_updates");
        row("every zeroth checkpoint", "checkpoint.keep_interval_updates_pattern = 0",
            "checkpoint.keep_interval_updates_pattern");
    }

    void whatCannotBeTrainedIsNamed()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, message);
        const auto config = parseTrainingConfig(text.toStdString(), "f.toml", preset("large"));
        QVERIFY2(config.ok(), config ? "" : config.error().message.c_str());
        const auto sound = config->validate();
        QVERIFY(!sound.ok());
        QVERIFY2(sound.error().message.starts_with(message.toStdString()),
                 sound.error().message.c_str());
    }

    void valuesFromAFormAreValidatedToo()
    {
        auto config = preset("large");
        config.optimization.lr = std::numeric_limits<double>::quiet_NaN();
        QVERIFY(config.validate().error().message.starts_with("optimization.lr: expected"));
        config = preset("large");
        config.dataset.numWorkers = 0;
        QVERIFY(config.validate().error().message.starts_with("dataset.num_workers: expected"));
        config = preset("large");
        config.criterion.infonce = true;
        QVERIFY(config.validate().error().message.starts_with("criterion.infonce"));
        config = preset("large");
        config.task.data = "caf\xE9"; // could not be written into config.toml
        QVERIFY(config.validate().error().message.starts_with("task.data: expected"));
        QVERIFY(!TrainingConfig().validate().ok()); // without layers
    }

    void differencesAreThoseOfTheFields()
    {
        const auto large = preset("large");
        QVERIFY(differences(large, large).empty());
        auto other = large;
        other.optimization.lr = 0.001;
        other.model.convAggregatorLayers.pop_back();
        const auto found = differences(large, other);
        QCOMPARE(found.size(), std::size_t(2));
        QCOMPARE(found[0].field->name(), std::string("model.conv_aggregator_layers"));
        QCOMPARE(found[1].field->name(), std::string("optimization.lr"));
        QCOMPARE(tomlText(found[1].a), std::string("0.005"));
        QCOMPARE(tomlText(found[1].b), std::string("0.001"));
    }

    void aFileLeavesOutWhatIsAsInLarge()
    {
        const QTemporaryDir dir;
        const auto path = dir.filePath("c.toml").toStdString();
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[optimization]\nlr = 0.001\n");
        file.close();
        const auto read = readTrainingConfig(path);
        QVERIFY(read.ok());
        QCOMPARE(differences(*read, preset("large")).size(), std::size_t(1));
        const auto missing = readTrainingConfig(path + "x");
        QVERIFY(!missing.ok());
        QVERIFY(missing.error().message.find("c.tomlx: No such file") != std::string::npos);
        QVERIFY(!readTrainingConfig(dir.path().toStdString()).ok());
    }
};

QTEST_APPLESS_MAIN(TrainingConfigTest)
#include "tst_training_config.moc"
