// Runs a fuzz target without libFuzzer: every file that is named or lies in a named folder, each of
// its beginnings, and each of it with one byte changed. Arguments with a dash are libFuzzer's.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// Larger seeds are run as they are: what is near them would take minutes.
constexpr std::size_t kMaxVariedSize = 4096;

void Run(const std::string& input, std::size_t size) {
  // A copy of exactly this size, so that sanitizers see a read beyond it.
  const std::vector<std::uint8_t> copy(input.begin(),
                                       input.begin() + static_cast<std::ptrdiff_t>(size));
  LLVMFuzzerTestOneInput(copy.data(), copy.size());
}

void RunVariations(std::string input) {
  for (std::size_t size = 0; size < input.size(); ++size) Run(input, size);
  for (char& byte : input) {
    const char original = byte;
    for (const int mask : {0x01, 0x20, 0x80}) {
      byte = static_cast<char>(original ^ mask);
      Run(input, input.size());
    }
    byte = original;
  }
}

}  // namespace

int main(int argc, char** argv) {
  namespace fs = std::filesystem;
  std::vector<fs::path> seeds;
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] == '-') continue;
    if (!fs::is_directory(argv[i])) {
      seeds.emplace_back(argv[i]);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) seeds.push_back(entry.path());
    }
  }
  if (seeds.empty()) {
    std::fputs("fuzz: there are no seeds; name files or a folder\n", stderr);
    return 1;
  }
  for (const fs::path& seed : seeds) {
    std::ifstream file(seed, std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    // Named first, so that a crash shows by which.
    std::printf("%s\n", seed.c_str());
    std::fflush(stdout);
    Run(input, input.size());
    if (input.size() <= kMaxVariedSize) RunVariations(input);
  }
  return 0;
}
