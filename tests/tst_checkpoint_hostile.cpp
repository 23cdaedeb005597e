#include "core/checkpoint/checkpoint.h"
#include "tests/support/checkpoint_files.h"
#include "tests/support/golden.h"

#include <QTest>

using namespace phono;
using namespace phono::test;

/// Files that mean harm, are damaged or are not what they seem: each is refused with a reason.
class CheckpointHostileTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refusalsSayWhy_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const char* file, const char* reason) {
            QTest::newRow(name) << QString(file) + ".pt" << reason;
        };
        row("runs exec, legacy", "evil_exec_legacy", "__builtin__.exec");
        row("runs exec, zip", "evil_exec_zip", "__builtin__.exec");
        row("runs a shell, legacy", "evil_ossystem_legacy", "posix.system");
        row("runs a shell, zip", "evil_ossystem_zip", "posix.system");
        row("runs exec inside the options", "evil_in_args_legacy", "__builtin__.exec");
        row("runs eval", "evil_eval_legacy", "__builtin__.eval");
        row("names a module", "evil_global_only_legacy", "sys.modules");
        row("code for layers", "evil_eval_layers_legacy", "conv_feature_layers");
        row("millions of layers", "huge_layers_legacy", "conv_feature_layers");
        row("a tensor larger than its storage", "evil_oob_shape_legacy", "the tensor w");
        row("a negative offset", "evil_negative_offset_legacy", "the tensor w");
        row("strides that overflow", "evil_overflow_stride_legacy", "the tensor w");
        row("a tensor expanded to exabytes", "evil_expand_bomb_legacy", "the tensor w");
        row("a storage of 4 TiB", "evil_huge_storage_legacy", "4398046511104");
        row("a storage header that contradicts", "evil_header_mismatch_legacy", "announced");
        row("a negative storage header", "evil_negative_header_legacy", "announced");
        row("50000 nested lists", "deep_nesting_legacy", "too deeply");
        row("a text of 4 GB", "huge_string_legacy", "4294967280 bytes");
        row("a memo that was never filled", "bad_memo_legacy", "value 255");
        row("more pops than values", "stack_underflow_legacy", "opcode 0x30");
        row("no end", "no_stop_legacy", "the pickle");
        row("the magic number and noise", "magic_then_garbage", "the pickle");
        row("cut at 60 %, legacy", "truncated60_legacy", "too early");
        row("cut at 60 %, zip", "truncated60_zip", "incomplete");
        row("cut at 200 bytes, legacy", "truncated_200bytes_legacy", "ends before");
        row("cut at 200 bytes, zip", "truncated_200bytes_zip", "incomplete");
        row("4 kB of noise", "garbage_4k", "neither a PyTorch checkpoint");
        row("nothing", "empty", "empty");
        row("a text", "text", "web page");
        row("noise behind PK", "pk_prefix_garbage", "damaged zip archive");
        row("a zip archive of something else", "zip_not_torch", "no data.pkl");
        row("TorchScript", "torchscript", "TorchScript");
        row("a wrong checksum of values", "zip_bad_crc_data", "CRC-32");
        row("a wrong checksum of the pickle", "zip_bad_crc_pkl", "CRC-32");
        row("big-endian numbers", "zip_bigendian", "little-endian");
        row("a missing record", "zip_missing_record", "data/3");
        row("a missing pickle", "zip_missing_pkl", "no data.pkl");
        row("compressed records", "zip_deflated", "compressed");
        row("a tensor of another shape", "wrong_shape_legacy",
            "feature_aggregator.conv_layers.0.1.weight");
        row("a missing tensor", "missing_key_legacy", "feature_extractor.conv_layers.2.2.bias");
        row("no tensors, legacy", "empty_model_legacy", "feature_extractor.conv_layers.0.0.weight");
        row("no tensors, zip", "empty_model_zip", "feature_extractor.conv_layers.0.0.weight");
        row("a list, legacy", "not_a_dict_legacy", "a list");
        row("a list, zip", "not_a_dict_zip", "a list");
        row("tensors of all types", "dtypes_zip", "f16");
        row("tensors that are no model", "handmade_ok_legacy", "not the weights");
    }
    void refusalsSayWhy()
    {
        QFETCH(QString, file);
        QFETCH(QString, reason);
        const auto path = adversarial(file.toStdString());
        const auto checkpoint = readCheckpoint(path);
        QVERIFY(!checkpoint.ok());
        const auto message = QString::fromStdString(checkpoint.error().message);
        QVERIFY2(message.contains(reason), qPrintable(message));
        QVERIFY2(message.startsWith(QString::fromStdString(path)), qPrintable(message));
    }

    void oddButHarmlessFilesAreRead_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("warning");
        QTest::newRow("a weight that is NaN, legacy") << "nan_weight_legacy.pt"
                                                      << "feature_extractor.conv_layers.1.0.weight";
        QTest::newRow("a weight that is NaN, zip") << "nan_weight_zip.pt"
                                                   << "feature_extractor.conv_layers.1.0.weight";
        QTest::newRow("a tensor too many, legacy") << "extra_key_legacy.pt"
                                                   << "something.else";
        QTest::newRow("a tensor too many, zip") << "extra_key_zip.pt"
                                                << "something.else";
        QTest::newRow("a record that leads out of the archive") << "zip_traversal.pt"
                                                                << "";
    }
    void oddButHarmlessFilesAreRead()
    {
        QFETCH(QString, file);
        QFETCH(QString, warning);
        const auto checkpoint = readCheckpoint(adversarial(file.toStdString()));
        QVERIFY(checkpoint.ok());
        QCOMPARE(checkpoint->tensors.size(), std::size_t(31));
        QCOMPARE(checkpoint->warnings.size(), std::size_t(warning.isEmpty() ? 0 : 1));
        if (!warning.isEmpty())
            QVERIFY(QString::fromStdString(checkpoint->warnings.front()).contains(warning));
    }

    void everyHostileFileIsCovered()
    {
        // All files of the folder but these are in one of the two tables or in tst_torch_tensors.
        const QDir dir(PHONO_TEST_DATA "/golden/11_adversarial");
        QCOMPARE(dir.entryList({"*.pt"}, QDir::Files).size(), 46 + 5 + 3);
    }

    void nothingIsExecutedOrWritten()
    {
        const QDir here;
        const auto before = here.entryList();
        for (const auto& file : checkpointsIn("11_adversarial"))
            static_cast<void>(readCheckpoint(golden::path(file)));
        QCOMPARE(here.entryList(), before);
        QVERIFY(!QFile::exists("PWNED"));
    }

    void filesCutAnywhereAreRefused_data()
    {
        QTest::addColumn<QString>("file");
        for (const char* file : {"legacy_args", "zip_args", "zip_args_torch2like_SYNTHETIC"})
            QTest::newRow(file) << file;
    }
    void filesCutAnywhereAreRefused()
    {
        QFETCH(QString, file);
        const auto bytes = bytesOf(golden::path("08_formats/" + file.toStdString() + ".pt"));
        for (std::size_t length = 0; length < bytes.size(); length += 97) {
            const auto path = m_folder.write("cut.pt", bytes.substr(0, length));
            QVERIFY(!readCheckpoint(path).ok());
        }
        QVERIFY(!readCheckpoint(m_folder.write("cut.pt", bytes.substr(0, bytes.size() - 1))).ok());
    }

    void whatIsNoFileIsRefused_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("reason");
        QTest::newRow("nothing there") << "/nowhere/model.pt"
                                       << "cannot open";
        QTest::newRow("a folder") << "/tmp"
                                  << "directory";
        QTest::newRow("a device") << "/dev/zero"
                                  << "not an ordinary file";
    }
    void whatIsNoFileIsRefused()
    {
        QFETCH(QString, path);
        QFETCH(QString, reason);
        const auto checkpoint = readCheckpoint(path.toStdString());
        QVERIFY(!checkpoint.ok());
        const auto message = QString::fromStdString(checkpoint.error().message);
        QVERIFY(message.contains(path) && message.contains(reason));
    }

    void messagesAreFitToBeShown()
    {
        // A class whose name holds an escape sequence for terminals and broken UTF-8.
        const auto path = m_folder.write("escape.pt",
                                         legacyPrologue()
                                             + "\x80\x02"
                                               "cos\nsys\x1b[2Jtem\xff\n)R.");
        const auto checkpoint = readCheckpoint(path);
        QVERIFY(!checkpoint.ok());
        QVERIFY(checkpoint.error().message.find("os.sys?[2Jtem?") != std::string::npos);
    }

    void recordsAreNotMistakenForOthers_data()
    {
        QTest::addColumn<QString>("old");
        QTest::addColumn<QString>("changed");
        QTest::addColumn<QString>("reason");
        QTest::newRow("a record twice") << "archive/data/0"
                                        << "archive/data/1"
                                        << "twice";
        QTest::newRow("two models") << "archive/unknown1"
                                    << "archiv2/data.pkl"
                                    << "two models";
    }
    void recordsAreNotMistakenForOthers()
    {
        QFETCH(QString, old);
        QFETCH(QString, changed);
        QFETCH(QString, reason);
        const auto path = m_folder.writeZip("records.pt",
                                            {{"archive/data.pkl", "}."},
                                             {"archive/data/0", "1234"},
                                             {"archive/data/1", "5678"},
                                             {"archive/unknown1", "?"}});
        auto bytes = QByteArray::fromStdString(bytesOf(path));
        bytes.replace(old.toLatin1(), changed.toLatin1());
        const auto checkpoint = readCheckpoint(m_folder.write("changed.pt", bytes.toStdString()));
        QVERIFY(!checkpoint.ok());
        QVERIFY2(QString::fromStdString(checkpoint.error().message).contains(reason),
                 checkpoint.error().message.c_str());
    }

    void aRecordMustBeWhereTheDirectorySays()
    {
        const auto path = m_folder.writeZip("names.pt", {{"archive/data.pkl", "}."}});
        auto bytes = bytesOf(path);
        bytes.replace(bytes.find("archive/data.pkl"), 7, "Archive"); // in the local header only
        const auto checkpoint = readCheckpoint(m_folder.write("changed.pt", bytes));
        QVERIFY(!checkpoint.ok());
        QVERIFY(checkpoint.error().message.find("directory says") != std::string::npos);
    }

private:
    static std::string adversarial(const std::string& file)
    {
        return golden::path("11_adversarial/" + file);
    }

    Folder m_folder;
};

QTEST_APPLESS_MAIN(CheckpointHostileTest)
#include "tst_checkpoint_hostile.moc"
