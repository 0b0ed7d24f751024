#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "common/rpc/access_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using comity::rpc::AccessTable;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto table = AccessTable::Parse(input, "table.toml", {"p.S/A", "p.S/B"});
  if (!table.ok()) return 0;
  // Rows for all methods and no other; never for everybody without saying so.
  if (table->Find("p.S/A") == nullptr || table->Find("/p.S/B") == nullptr) std::abort();
  if (table->Find("p.S/C") != nullptr || table->Find("") != nullptr) std::abort();
  if (table->Find("p.S/A")->callers.empty() &&
      table->Find("p.S/A")->Allows(
          *comity::identity::Principal::Parse("spiffe://agency.example/service/probe"))) {
    std::abort();
  }
  return 0;
}
