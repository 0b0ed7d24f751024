#include "common/identity/bundle_folder.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/identity/files.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::identity {
namespace {

absl::Status Missing(absl::string_view path, const absl::Status& why) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(path, " ", why.message(),
                                "; put the trust bundles there (deploy/pki/bundle writes them)."),
                   {.reason = "BUNDLE_MISSING"});
}

absl::StatusOr<std::string> Read(const std::string& place, absl::string_view file) {
  const std::string path = absl::StrCat(place, "/", file);
  auto content = ReadWholeFile(path);
  if (!content.ok()) return Missing(path, content.status());
  return content;
}

absl::StatusOr<BundleText> ReadBundle(const std::string& place) {
  BundleText text{.place = place};
  const auto names = ListFolder(place);
  if (!names.ok()) return Missing(place, names.status());
  COMITY_ASSIGN_OR_RETURN(text.files.bundle_toml, Read(place, "bundle.toml"));
  COMITY_ASSIGN_OR_RETURN(text.files.roots_pem, Read(place, "roots.pem"));
  for (const std::string& name : *names) {
    if (name == "intermediates.pem") {
      COMITY_ASSIGN_OR_RETURN(text.files.intermediates_pem, Read(place, name));
    } else if (absl::EndsWith(name, ".crl.pem")) {
      COMITY_ASSIGN_OR_RETURN(std::string crl, Read(place, name));
      text.files.crls_pem.push_back(std::move(crl));
    }
  }
  return text;
}

}  // namespace

absl::StatusOr<std::vector<BundleText>> ReadBundleFolder(absl::string_view folder) {
  const std::string root(folder);
  const auto names = ListFolder(root);
  if (!names.ok()) return Missing(root, names.status());
  std::vector<BundleText> texts;
  for (const std::string& name : *names) {
    const std::string place = absl::StrCat(root, "/", name);
    if (!IsFolder(place)) continue;
    COMITY_ASSIGN_OR_RETURN(BundleText text, ReadBundle(place));
    texts.push_back(std::move(text));
  }
  if (texts.empty()) {
    return Missing(root, absl::NotFoundError("has no sub-folder of a trust domain"));
  }
  return texts;
}

absl::StatusOr<TrustBundles> ParseBundles(const std::vector<BundleText>& texts) {
  std::vector<TrustBundle> bundles;
  for (const BundleText& text : texts) {
    COMITY_ASSIGN_OR_RETURN(TrustBundle bundle, TrustBundle::Parse(text.files, text.place));
    bundles.push_back(std::move(bundle));
  }
  return TrustBundles::Create(std::move(bundles));
}

}  // namespace comity::identity
