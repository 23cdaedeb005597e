#include "core/checkpoint/pickle_fields.h"
#include "core/checkpoint/pickle_reader.h"
#include "core/checkpoint/pickle_writer.h"
#include "tests/support/checkpoint_files.h"

#include <QTest>

#include <limits>

using namespace phono;
using Kind = PickleValue::Kind;

/// The pickle machine: what it understands, and that nothing makes it do more than that.
class PickleTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void constantsAreRead_data()
    {
        QTest::addColumn<QByteArray>("pickle");
        QTest::addColumn<QString>("value");
        QTest::newRow("None") << QByteArray("N.") << "None";
        QTest::newRow("True") << QByteArray("\x88.") << "True";
        QTest::newRow("False") << QByteArray("\x89.") << "False";
        QTest::newRow("one byte") << QByteArray("K\xff.") << "255";
        QTest::newRow("two bytes") << QByteArray("M\x01\x02.") << "513";
        QTest::newRow("four bytes, negative") << QByteArray("J\xfe\xff\xff\xff.") << "-2";
        QTest::newRow("a long of no bytes") << QByteArray("\x8a\x00.", 3) << "0";
        QTest::newRow("a long of one byte, negative") << QByteArray("\x8a\x01\xff.") << "-1";
        QTest::newRow("a long of two bytes, positive")
            << QByteArray("\x8a\x02\xff\x00.", 5) << "255";
        QTest::newRow("sys.maxsize")
            << QByteArray("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f.") << "9223372036854775807";
        QTest::newRow("a float, the most significant byte first")
            << QByteArray("G\x3f\xe8\x00\x00\x00\x00\x00\x00.", 10) << "0.75";
        QTest::newRow("a text") << QByteArray("X\x02\x00\x00\x00hi.", 8) << "\"hi\"";
        QTest::newRow("a short text") << QByteArray("\x8c\x02hi.") << "\"hi\"";
        QTest::newRow("a text of Python 2") << QByteArray("U\x02hi.") << "\"hi\"";
        QTest::newRow("an empty text") << QByteArray("U\x00.", 3) << "\"\"";
        QTest::newRow("numbers in a tuple") << QByteArray("K\x01K\x02\x86.") << "[1, 2]";
        QTest::newRow("numbers in a marked tuple")
            << QByteArray("(K\x01K\x02K\x03K\x04t.") << "[1, 2, 3, 4]";
        QTest::newRow("an empty tuple") << QByteArray(").") << "[]";
        QTest::newRow("an appended list") << QByteArray("]K\x01"
                                                        "a.")
                                          << "[1]";
        QTest::newRow("a list of several") << QByteArray("](K\x01K\x02"
                                                         "e.")
                                           << "[1, 2]";
        QTest::newRow("protocol 4 with a frame")
            << QByteArray("\x80\x04\x95\x02\x00\x00\x00\x00\x00\x00\x00K\x07.", 14) << "7";
        QTest::newRow("recalled from the memo") << QByteArray("K\x07q\x03N\x86h\x03.") << "7";
        QTest::newRow("memoized by order") << QByteArray("K\x05\x94K\x06\x94h\x01.") << "6";
    }
    void constantsAreRead()
    {
        QFETCH(QByteArray, pickle);
        QFETCH(QString, value);
        read(pickle);
        QVERIFY2(!m_document.failure, message().c_str());
        const auto plain = fieldValue(*m_document.root);
        QVERIFY(plain.has_value());
        QCOMPARE(QString::fromStdString(toString(*plain)), value);
    }

    void longerIntegersKeepTheirBytes()
    {
        read(QByteArray("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."));
        QVERIFY(m_document.root->is(Kind::BigInt));
        QCOMPARE(m_document.root->text.size(), std::size_t(10));
    }

    void dictionariesKeepOrderAndLastValue()
    {
        read("}(U\x01"
             "aK\x01U\x01"
             "bK\x02U\x01"
             "aK\x03u.");
        QVERIFY(!m_document.failure);
        const auto& root = *m_document.root;
        QCOMPARE(root.items.size(), std::size_t(6));
        QCOMPARE(root.find("a")->integer, std::int64_t(3));
        QCOMPARE(root.find("b")->integer, std::int64_t(2));
        QVERIFY(!root.find("c"));
    }

    void recordsKeepTheirState()
    {
        read("cargparse\nNamespace\n)\x81}U\x04"
             "archU\x09"
             "audio_cpcsb.");
        QVERIFY2(!m_document.failure, message().c_str());
        QVERIFY(!m_document.unknown);
        QVERIFY(m_document.root->isObject("argparse.Namespace"));
        QCOMPARE(textOf(member(*m_document.root, "arch")), std::string_view("audio_cpc"));
        QVERIFY(!member(*m_document.root, "task"));
    }

    void numpyScalarsAreNumbers()
    {
        // numpy.core.multiarray.scalar(dtype('f8'), 0.75) as Python 3 writes it at protocol 2.
        PickleWriter pickle;
        pickle.call("numpy.core.multiarray", "scalar", [&] {
            pickle.call("numpy", "dtype", [&] {
                pickle.text("f8");
                pickle.boolean(false);
                pickle.boolean(true);
            });
            pickle.call("_codecs", "encode", [&] {
                pickle.text(std::string("\0\0\0\0\0\0\xc3\xa8?", 9));
                pickle.text("latin1");
            });
        });
        read(QByteArray::fromStdString(pickle.finish()));
        QVERIFY(!m_document.failure && !m_document.unknown);
        const auto value = fieldValue(*m_document.root);
        QVERIFY(value && std::get<double>(*value) == 0.75);
    }

    void whatTheWriterWritesIsReadBack_data()
    {
        QTest::addColumn<qint64>("number");
        for (const qint64 number :
             {qint64(0), qint64(255), qint64(256), qint64(-1), qint64(65536), qint64(2147483647),
              qint64(-2147483648), qint64(2147483648), qint64(-2147483649),
              std::numeric_limits<qint64>::max(), std::numeric_limits<qint64>::min()})
            QTest::newRow(QByteArray::number(number).constData()) << number;
    }
    void whatTheWriterWritesIsReadBack()
    {
        QFETCH(qint64, number);
        PickleWriter pickle;
        pickle.dictionary([&] {
            pickle.text("number");
            pickle.integer(number);
            pickle.text("list");
            pickle.list([&] { pickle.real(-0.5); });
            pickle.text("empty");
            pickle.emptyList();
        });
        read(QByteArray::fromStdString(pickle.finish()));
        QVERIFY(!m_document.failure);
        QCOMPARE(m_document.root->find("number")->integer, std::int64_t(number));
        QCOMPARE(m_document.root->find("list")->items.front()->real, -0.5);
        QVERIFY(m_document.root->find("empty")->items.empty());
    }

    void unknownClassesAreReported_data()
    {
        QTest::addColumn<QByteArray>("pickle");
        QTest::addColumn<QString>("name");
        QTest::addColumn<qint64>("offset");
        QTest::newRow("called with arguments")
            << QByteArray("cposix\nsystem\nU\x02id\x85R.") << "posix.system" << qint64(0);
        QTest::newRow("only named")
            << QByteArray("N0csys\nmodules\n.").remove(1, 1) << "sys.modules" << qint64(1);
        QTest::newRow("made and given a state")
            << QByteArray("csubprocess\nPopen\n)\x81}b.") << "subprocess.Popen" << qint64(0);
        QTest::newRow("named from the stack")
            << QByteArray("\x8c\x02os\x8c\x06system\x93.") << "os.system" << qint64(12);
        QTest::newRow("filled like a dictionary") << QByteArray("cmy\nDict\n)R(U\x01"
                                                                "aK\x01u.")
                                                  << "my.Dict" << qint64(0);
        QTest::newRow("a dot in the name, to reach further")
            << QByteArray("ctorch\n_utils._rebuild_tensor_v2.__globals__\n.")
            << "torch._utils._rebuild_tensor_v2.__globals__" << qint64(0);
        QTest::newRow("after a harmless one")
            << QByteArray("ccollections\nOrderedDict\ncbuiltins\neval\n\x86.") << "builtins.eval"
            << qint64(25);
    }
    void unknownClassesAreReported()
    {
        QFETCH(QByteArray, pickle);
        QFETCH(QString, name);
        QFETCH(qint64, offset);
        read(pickle);
        QVERIFY(m_document.unknown.has_value());
        QCOMPARE(QString::fromStdString(m_document.unknown->name), name);
        QCOMPARE(qint64(m_document.unknown->offset), offset);
    }

    void nonsenseIsRefused_data()
    {
        QTest::addColumn<QByteArray>("pickle");
        QTest::addColumn<QString>("words");
        QTest::newRow("nothing") << QByteArray() << "ends too early";
        QTest::newRow("no STOP") << QByteArray("N") << "ends too early";
        QTest::newRow("STOP without a value") << QByteArray(".") << "more values than there are";
        QTest::newRow("a tuple of nothing") << QByteArray("\x85.") << "more values than there are";
        QTest::newRow("a tuple below its mark")
            << QByteArray("N(\x85.") << "more values than there are";
        QTest::newRow("no mark") << QByteArray("Nt.") << "never opened";
        QTest::newRow("an append to a number") << QByteArray("K\x01Na.") << "no list";
        QTest::newRow("items of a list") << QByteArray("]NNs.") << "no dictionary";
        QTest::newRow("a key without a value") << QByteArray("}(Nu.") << "without a value";
        QTest::newRow("a state for a number") << QByteArray("K\x01}b.") << "no object";
        QTest::newRow("a call of a text") << QByteArray("U\x01x)R.") << "calls something";
        QTest::newRow("a call with a list")
            << QByteArray("ccollections\nOrderedDict\n]R.") << "calls something";
        QTest::newRow("a call of a storage class")
            << QByteArray("ctorch\nFloatStorage\n)R.") << "torch.FloatStorage";
        QTest::newRow("an empty memo") << QByteArray("h\x07.") << "value 7";
        QTest::newRow("a text longer than the file") << QByteArray("X\xff\xff\xff\x7f"
                                                                   "abc.")
                                                     << "2147483647 bytes";
        QTest::newRow("an endless name") << QByteArray("c") + QByteArray(1000, 'a') << "more than";
        QTest::newRow("an unknown protocol") << QByteArray("\x80\x09N.") << "protocol 9";
        QTest::newRow("the opcode of text pickles") << QByteArray("I5\n.") << "0x49";
        QTest::newRow("extension codes") << QByteArray("\x82\x01.") << "0x82";
        QTest::newRow("a persistent id without an id")
            << QByteArray("Q.") << "more values than there are";
        QTest::newRow("lists in lists in lists") << QByteArray(50'000, ']') << "too deep";
        QTest::newRow("marks upon marks") << QByteArray(50'000, '(') << "too deep";
        QTest::newRow("millions of values")
            << QByteArray("(") + QByteArray("N\x85").repeated(9000) + QByteArray("0") << "0x30";
        QTest::newRow("half a million values")
            << (QByteArray("]") + (QByteArray("(") + QByteArray(5000, 'N') + "e").repeated(100))
            << "more than 400000 values";
        QTest::newRow("millions of references")
            << (QByteArray("]Nq\x01"
                           "a")
                + (QByteArray("(") + QByteArray("h\x01").repeated(9000) + "e").repeated(250))
            << "too many values";
    }
    void nonsenseIsRefused()
    {
        QFETCH(QByteArray, pickle);
        QFETCH(QString, words);
        read(pickle);
        QVERIFY(m_document.failure.has_value());
        QVERIFY2(message().find(words.toStdString()) != std::string::npos, message().c_str());
        QVERIFY(message().find("offset") != std::string::npos);
    }

    void cyclesAreHarmless()
    {
        // A list, a dictionary and a Namespace that hold themselves.
        read("]q\x01h\x01"
             "a}q\x02U\x01xh\x02scargparse\nNamespace\n)\x81q\x03"
             "}U\x01xh\x03sb\x87.");
        QVERIFY2(!m_document.failure, message().c_str());
        const auto& root = *m_document.root;
        QVERIFY(root.items[0]->items[0] == root.items[0]);
        QVERIFY(!fieldValue(*root.items[0]));
        QVERIFY(member(*root.items[1], "x") == root.items[1]);
        QVERIFY(memberAt(*root.items[2], {"x", "x", "x"}) == root.items[2]);
    }

    void consecutivePicklesAreReadOneByOne()
    {
        m_bytes = m_folder.write("two.pkl", std::string("K\x01.K\x02.", 6));
        const auto file = InputFile::open(m_bytes);
        InputStream stream(*file, 0, file->size());
        QCOMPARE(readPickle(stream).root->integer, std::int64_t(1));
        QCOMPARE(stream.position(), std::int64_t(3));
        QCOMPARE(readPickle(stream).root->integer, std::int64_t(2));
        QCOMPARE(stream.remaining(), std::int64_t(0));
        QVERIFY(readPickle(stream).failure.has_value());
    }

private:
    void read(const QByteArray& pickle)
    {
        m_bytes = m_folder.write("test.pkl", pickle.toStdString());
        const auto file = InputFile::open(m_bytes);
        QVERIFY(file.ok());
        InputStream stream(*file, 0, file->size());
        m_document = readPickle(stream);
    }
    std::string message() const
    {
        return m_document.failure ? m_document.failure->message : std::string();
    }

    test::Folder m_folder;
    std::filesystem::path m_bytes;
    PickleDocument m_document;
};

QTEST_APPLESS_MAIN(PickleTest)
#include "tst_pickle.moc"
