// tests/vectors/ledger/verify.py, which shares no code with the suite, on published folders and on
// web servers that serve them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/storage/files.h"
#include "tests/integration/ledger_command/ledger_command_fixture.h"

namespace comity {
namespace {

using ::comity::testing::ChildProcess;
using ::comity::testing::IsOk;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class StandAloneVerifierTest : public LedgerCommandTest {
 protected:
  // Of a server that is reached without whatever proxy the machine has.
  static std::string AddressAt(absl::string_view port) {
    setenv("no_proxy", "127.0.0.1", 1);
    return absl::StrCat("http://127.0.0.1:", port);
  }
};

TEST_F(StandAloneVerifierTest, AVerifierThatSharesNoCodeFindsTheSameRightAndWrong) {
  Publish("log", 300);
  Copy(Published("log"), "earlier");
  Publish("log", 300);
  Publish("fork", 300);

  const Outcome grown =
      VerifyIndependently(Published("log"), {"--previous", At("earlier") + "/checkpoint"});
  EXPECT_EQ(grown.code, 0) << grown.errors;
  EXPECT_THAT(grown.output, HasSubstr("600 entries, all tiles make the root"));
  EXPECT_THAT(grown.output, HasSubstr("it goes on from the one of 300 entries"));
  const Outcome forked =
      VerifyIndependently(Published("log"), {"--previous", Published("fork") + "/checkpoint"});
  EXPECT_EQ(forked.code, 1);
  EXPECT_THAT(forked.errors, HasSubstr("does not go on from the checkpoint seen before"));
  EXPECT_EQ(
      VerifyIndependently(At("earlier"), {"--previous", Published("log") + "/checkpoint"}).code, 1);
  EXPECT_THAT(VerifyIndependently(At("nothing")).errors, HasSubstr("has no checkpoint"));

  const std::string tile = Published("log") + "/tile/0/000";
  const std::string right = *storage::ReadFile(tile);
  std::string wrong = right;
  wrong[40] = static_cast<char>(wrong[40] ^ 1);
  ASSERT_THAT(storage::WriteFileAtomically(tile, wrong), IsOk());
  EXPECT_EQ(VerifyIndependently(Published("log")).code, 1) << "a bit of a leaf";
  fs::remove(tile);
  EXPECT_EQ(VerifyIndependently(Published("log")).code, 1) << "a tile that is gone";
  ASSERT_THAT(storage::WriteFileAtomically(tile, right), IsOk());
  EXPECT_EQ(VerifyIndependently(Published("log")).code, 0);
  std::string note = *storage::ReadFile(Published("log") + "/checkpoint");
  note[note.find("\n600\n") + 3] = '1';
  ASSERT_THAT(storage::WriteFileAtomically(Published("log") + "/checkpoint", note), IsOk());
  EXPECT_EQ(VerifyIndependently(Published("log")).code, 1) << "a checkpoint of another size";
}

TEST_F(StandAloneVerifierTest, AnyWebServerServesThePublicationWhoeverItsUserIs) {
  Publish("before", 1);  // Whatever server there is starts under the umask of before.
  // The strictest that a service is started with.
  const mode_t before = umask(077);
  Publish("log", 300);
  umask(before);
  // What another user may do: enter every folder, read every file of the log.
  const fs::path folder = Published("log");
  const auto mode = [](const fs::path& path) { return fs::status(path).permissions(); };
  EXPECT_EQ(mode(folder), fs::perms{0755});
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".lock") continue;
    EXPECT_EQ(mode(entry.path()), entry.is_directory() ? fs::perms{0755} : fs::perms{0644})
        << entry.path();
    if (entry.is_regular_file()) ++files;
  }
  EXPECT_GE(files, 4) << "a checkpoint, a whole tile, what is left, and the level above";
  EXPECT_EQ(mode(At("log") + "/keys"), fs::perms{0700}) << "and nothing else is open";

  ChildProcess server("python3", {"-u", "-m", "http.server", "0", "--bind", "127.0.0.1",
                                  "--directory", folder.string()});
  // "Serving HTTP on 127.0.0.1 port 41234 (http://127.0.0.1:41234/) ..."
  const std::string serving = server.ReadLine();
  const std::vector<std::string> words = absl::StrSplit(serving, ' ');
  ASSERT_GT(words.size(), 5U) << serving;
  const std::string address = AddressAt(words[5]);

  const Outcome verified = VerifyIndependently(address);
  EXPECT_EQ(verified.code, 0) << verified.errors;
  EXPECT_THAT(verified.output, HasSubstr("300 entries, all tiles make the root"));
  std::string tile = *storage::ReadFile((folder / "tile/0/000").string());
  tile[40] = static_cast<char>(tile[40] ^ 1);
  ASSERT_THAT(storage::WriteFileAtomically((folder / "tile/0/000").string(), tile), IsOk());
  EXPECT_EQ(VerifyIndependently(address).code, 1) << "what it serves is what is verified";
  fs::remove(folder / "checkpoint");
  EXPECT_THAT(VerifyIndependently(address).errors, HasSubstr("has no checkpoint"));
}

// Promises nine bytes and sends four.
constexpr char kBreaksOff[] = R"(
import socket
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1])
connection, _ = listening.accept()
connection.recv(65536)
connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
connection.close()
)";

TEST_F(StandAloneVerifierTest, AnAnswerThatBreaksOffIsNoVerdict) {
  ChildProcess server("python3", {"-u", "-c", kBreaksOff});

  const Outcome broken_off = VerifyIndependently(AddressAt(server.ReadLine()));

  EXPECT_EQ(broken_off.code, 2) << broken_off.errors;
  EXPECT_THAT(broken_off.errors, HasSubstr("/checkpoint: the web server's answer is none"));
}

}  // namespace
}  // namespace comity
