#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto nothing = [](const std::string&) { return std::optional<std::string>(); };
  const auto config = comity::config::Config::Parse(input, "config.toml", nothing);
  if (!config.ok()) return 0;
  const comity::config::Section server = config->section("server");
  const auto port = server.Integer("port", 7443, 1, 65535);
  if (port.ok() && (*port < 1 || *port > 65535)) std::abort();
  const auto pause =
      server.Duration("drain", absl::Seconds(5), absl::ZeroDuration(), absl::Hours(1));
  if (pause.ok() && (*pause < absl::ZeroDuration() || *pause > absl::Hours(1))) std::abort();
  (void)server.String("name", "none");
  (void)server.Path("file", "");
  (void)server.Boolean("on", true);
  (void)server.Strings("list", {});
  const auto word = server.Word("engine", {"a", "b"}, "a");
  if (word.ok() && *word != "a" && *word != "b") std::abort();
  (void)config->RefuseUnknown();
  return 0;
}
