#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace comity::testing {

// A program started by a test, its output kept. Killed at destruction if it still runs.
class ChildProcess {
 public:
  struct Options {
    std::map<std::string, std::string> environment;  // Added to the test's own.
    int most_descriptors = 0;                        // RLIMIT_NOFILE, soft and hard; 0 as it is.
  };

  // Starts `program` (a name in COMITY_BIN_DIR, a path, or a name in PATH). A program that cannot
  // be started ends with exit code 127.
  ChildProcess(const std::string& program, const std::vector<std::string>& arguments)
      : ChildProcess(program, arguments, Options()) {}
  ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
               const Options& options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  // The next line of standard output, without its end; "" once it is closed.
  std::string ReadLine();

  // Writes to standard input, or closes it.
  void Write(const std::string& text);
  void CloseInput();

  void Signal(int signal);

  // Waits for the end: the exit code, or minus the signal.
  int Wait();

  // What was written until the end, standard output without the lines already read. After Wait.
  const std::string& output() const { return output_; }
  const std::string& errors() const { return errors_; }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string output_;
  std::string errors_;
  int code_ = 0;
};

}  // namespace comity::testing
