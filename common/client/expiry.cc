#include "common/client/expiry.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/identity/own_certificate.h"
#include "common/time/day.h"

namespace comity::client {

std::vector<std::string> ExpiryWarnings(const std::string& identity_folder, absl::Time now) {
  struct Use {
    absl::string_view file;
    absl::string_view without;  // What comes of it.
  };
  constexpr Use kUses[] = {{"/tls.pem", "no service answers you"},
                           {"/sign.pem", "nothing you sign is accepted"}};
  std::vector<std::string> warnings;
  for (const Use& use : kUses) {
    const std::string file = absl::StrCat(identity_folder, use.file);
    const auto validity = identity::ValidityOf(file);
    if (!validity.ok()) continue;
    const absl::Duration life = validity->not_after - validity->not_before;
    if (validity->not_after - now > std::min(life / 5, absl::Hours(30 * 24))) continue;
    warnings.push_back(absl::StrCat("The certificate ", file,
                                    now < validity->not_after ? " ends on " : " has ended on ",
                                    FormatDay(DayInBrussels(validity->not_after)),
                                    ": have it renewed; without it ", use.without, "."));
  }
  return warnings;
}

}  // namespace comity::client
