#include "tests/testing/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace comity::testing {
namespace {

std::string Find(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* const folder = std::getenv("COMITY_BIN_DIR");
  if (folder != nullptr) {
    const std::string path = std::string(folder) + "/" + program;
    if (::access(path.c_str(), X_OK) == 0) return path;
  }
  return program;
}

void Close(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

// Reads what there is; false at the end.
bool ReadSome(int descriptor, std::string& text) {
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  do {
    got = ::read(descriptor, buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  text.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

}  // namespace

ChildProcess::ChildProcess(const std::string& program, const std::vector<std::string>& arguments,
                           const Options& options) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (::pipe2(in.data(), O_CLOEXEC) != 0 || ::pipe2(out.data(), O_CLOEXEC) != 0 ||
      ::pipe2(err.data(), O_CLOEXEC) != 0) {
    std::abort();
  }
  // Everything the child needs is made before fork: after it only system calls are safe.
  const std::string path = Find(program);
  std::vector<std::string> words = {path};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<std::string> settings;
  for (char** entry = environ; *entry != nullptr; ++entry) settings.emplace_back(*entry);
  for (const auto& [name, value] : options.environment) settings.push_back(name + "=" + value);
  std::vector<char*> env;
  for (std::string& setting : settings) env.push_back(setting.data());
  env.push_back(nullptr);

  pid_ = ::fork();
  if (pid_ < 0) std::abort();
  if (pid_ == 0) {
    ::dup2(in[0], STDIN_FILENO);
    ::dup2(out[1], STDOUT_FILENO);
    ::dup2(err[1], STDERR_FILENO);
    if (options.most_descriptors > 0) {
      rlimit limit{};
      limit.rlim_cur = static_cast<rlim_t>(options.most_descriptors);
      limit.rlim_max = limit.rlim_cur;
      ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execvpe(path.c_str(), argv.data(), env.data());
    ::_exit(127);
  }
  ::close(in[0]);
  ::close(out[1]);
  ::close(err[1]);
  input_ = in[1];
  out_ = out[0];
  err_ = err[0];
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
  }
  Close(input_);
  Close(out_);
  Close(err_);
}

std::string ChildProcess::ReadLine() {
  std::size_t end = 0;
  while ((end = output_.find('\n')) == std::string::npos) {
    if (!ReadSome(out_, output_)) break;
  }
  if (end == std::string::npos) return "";
  std::string line = output_.substr(0, end);
  output_.erase(0, end + 1);
  return line;
}

void ChildProcess::Write(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t wrote = ::write(input_, text.data() + done, text.size() - done);
    if (wrote <= 0) return;
    done += static_cast<std::size_t>(wrote);
  }
}

void ChildProcess::CloseInput() { Close(input_); }

void ChildProcess::Signal(int signal) {
  if (pid_ > 0) ::kill(pid_, signal);
}

int ChildProcess::Wait() {
  if (pid_ < 0) return code_;
  CloseInput();
  bool out_open = true;
  bool err_open = true;
  while (out_open || err_open) {
    std::array<pollfd, 2> polled = {pollfd{out_open ? out_ : -1, POLLIN, 0},
                                    pollfd{err_open ? err_ : -1, POLLIN, 0}};
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) break;
    if (polled[0].revents != 0) out_open = ReadSome(out_, output_);
    if (polled[1].revents != 0) err_open = ReadSome(err_, errors_);
  }
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return code_;
}

}  // namespace comity::testing
