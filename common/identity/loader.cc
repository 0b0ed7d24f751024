#include "common/identity/loader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/crypto/digest.h"
#include "common/identity/bundle_folder.h"
#include "common/identity/files.h"
#include "common/identity/own_files.h"
#include "common/status/error.h"
#include "common/status/macros.h"

namespace comity::identity {
namespace {

constexpr absl::string_view kCurrent = "current";

// A change within the clock tick of the look before could leave all stat data as they were.
constexpr absl::Duration kTick = absl::Milliseconds(100);

void Stamp(const std::string& path, std::string& stamp, absl::Time& newest) {
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) {
    absl::StrAppend(&stamp, path, " error ", errno, "\n");
    return;
  }
  absl::StrAppend(&stamp, path, " ", found.st_dev, " ", found.st_ino, " ", found.st_size, " ",
                  found.st_mtim.tv_sec, ".", found.st_mtim.tv_nsec, " ", found.st_ctim.tv_sec, ".",
                  found.st_ctim.tv_nsec, "\n");
  newest = std::max(newest, absl::TimeFromTimespec(found.st_ctim));
}

// Everything a change of the files changes, without reading them; "" while it may still change
// unseen.
std::string StampAll(const Loader::Options& options) {
  std::string stamp;
  absl::Time newest = absl::InfinitePast();
  Stamp(options.certificate_file, stamp, newest);
  Stamp(options.key_file, stamp, newest);
  Stamp(options.bundles_folder, stamp, newest);
  const auto domains = ListFolder(options.bundles_folder);
  if (domains.ok()) {
    for (const std::string& domain : *domains) {
      const std::string place = absl::StrCat(options.bundles_folder, "/", domain);
      Stamp(place, stamp, newest);
      const auto files = ListFolder(place);
      if (!files.ok()) continue;
      for (const std::string& file : *files) Stamp(absl::StrCat(place, "/", file), stamp, newest);
    }
  }
  const absl::Time now = absl::Now();  // The kernel's clock, which set the stamps.
  return newest + kTick < now || newest > now ? stamp : "";
}

// Each part behind its length, so that no two contents run together alike.
std::string DigestOf(const std::vector<absl::string_view>& parts) {
  crypto::Sha256Stream stream;
  for (absl::string_view part : parts) {
    stream.Update(absl::StrCat(part.size(), ":"));
    stream.Update(part);
  }
  return std::string(crypto::View(stream.Peek()));
}

absl::Status PublishFailed(const std::string& path, absl::string_view what) {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(path, " ", what,
                                "; the folder in which certificates are published must be writable "
                                "by this process and have room."),
                   {.reason = "IDENTITY_NOT_PUBLISHED"});
}

// Whether our own chain no longer ends in the bundles, as opposed to having run out.
bool EndsElsewhere(const absl::Status& status) {
  const std::string reason = ReasonOf(status);
  return reason == "CHAIN_INVALID" || reason == "TRUST_DOMAIN_UNKNOWN" ||
         reason == "PATH_NOT_ALLOWED_FOR_DOMAIN";
}

}  // namespace

struct Loader::Snapshot {
  OwnText text;
  OwnCertificate own;
  std::shared_ptr<const TrustBundles> bundles;
  std::string bundles_digest;  // Of the files they were read from.
};

struct Loader::Files {
  absl::StatusOr<OwnText> own;
  absl::StatusOr<std::vector<BundleText>> bundles;

  std::string OwnDigest() const {
    if (!own.ok()) return DigestOf({own.status().message()});
    return DigestOf({own->certificate_pem, own->key_pem});
  }

  std::string BundlesDigest() const {
    if (!bundles.ok()) return DigestOf({bundles.status().message()});
    std::vector<absl::string_view> parts;
    for (const BundleText& text : *bundles) {
      parts.insert(parts.end(), {text.place, text.files.bundle_toml, text.files.roots_pem,
                                 text.files.intermediates_pem});
      parts.insert(parts.end(), text.files.crls_pem.begin(), text.files.crls_pem.end());
    }
    return DigestOf(parts);
  }
};

Loader::Loader(Options options, const Clock* clock, Observer observer)
    : options_(std::move(options)),
      clock_(clock),
      observer_(std::move(observer)),
      verifier_(nullptr, options_.verifier) {}

absl::StatusOr<std::unique_ptr<Loader>> Loader::Start(Options options, const Clock* clock,
                                                      Observer observer) {
  std::unique_ptr<Loader> loader(new Loader(std::move(options), clock, std::move(observer)));
  COMITY_RETURN_IF_ERROR(loader->Reload());
  if (loader->options_.poll_interval > absl::ZeroDuration()) {
    loader->watcher_ = std::thread(&Loader::Watch, loader.get());
  }
  return loader;
}

Loader::~Loader() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    stop_.SignalAll();
  }
  if (watcher_.joinable()) watcher_.join();
}

void Loader::Watch() {
  for (;;) {
    {
      absl::MutexLock lock(&mutex_);
      const auto stopping = [this] {
        mutex_.AssertHeld();
        return stopping_;
      };
      if (stop_.AwaitFor(&mutex_, options_.poll_interval, stopping)) return;
    }
    absl::MutexLock lock(&load_mutex_);
    // What was refused was reported.
    (void)Look(/*even_if_unchanged=*/false);
  }
}

absl::Status Loader::Reload() {
  absl::MutexLock lock(&load_mutex_);
  return Look(/*even_if_unchanged=*/true);
}

absl::Status Loader::Look(bool even_if_unchanged) {
  const absl::Duration now = clock_->SinceBoot();
  const absl::Duration look_before = std::min(now, std::exchange(last_look_, now));
  const std::string stamp = StampAll(options_);
  // After a refusal every look judges anew: a certificate becomes valid without any file changing.
  if (!even_if_unchanged && last_status_.ok() && !stamp.empty() && stamp == last_stamp_) {
    return absl::OkStatus();
  }
  const Files files{.own = ReadOwn(options_.certificate_file, options_.key_file),
                    .bundles = ReadBundleFolder(options_.bundles_folder)};
  last_stamp_ = stamp;
  const std::string own_digest = files.OwnDigest();
  const std::string bundles_digest = files.BundlesDigest();
  if (last_status_.ok() && own_digest == identity_seen_.digest &&
      bundles_digest == bundles_seen_.digest && !even_if_unchanged) {
    return absl::OkStatus();
  }
  absl::Status identity_status;
  absl::Status bundles_status;
  Take(files, look_before, identity_status, bundles_status);
  Report(LoadEvent::Part::kBundles, bundles_status, bundles_digest, bundles_seen_);
  Report(LoadEvent::Part::kIdentity, identity_status, own_digest, identity_seen_);
  last_status_ = bundles_status.ok() ? identity_status : bundles_status;
  return last_status_;
}

void Loader::Take(const Files& files, absl::Duration look_before, absl::Status& identity_status,
                  absl::Status& bundles_status) {
  const absl::Time now = clock_->Now();
  const std::string bundles_digest = files.BundlesDigest();
  std::shared_ptr<const TrustBundles> bundles;
  if (good_ != nullptr && bundles_digest == good_->bundles_digest) {
    bundles = good_->bundles;
  } else if (files.bundles.ok()) {
    auto parsed = ParseBundles(*files.bundles);
    bundles_status = parsed.status();
    if (parsed.ok()) bundles = std::make_shared<TrustBundles>(*std::move(parsed));
  } else {
    bundles_status = files.bundles.status();
  }
  if (bundles == nullptr) {
    if (good_ == nullptr) {
      identity_status = files.own.status();
      return;
    }
    bundles = good_->bundles;
  }

  const auto judge = [&]() -> absl::StatusOr<OwnCertificate> {
    if (!files.own.ok()) return files.own.status();
    return CheckOwn(*files.own, bundles, now, Purpose::kTls);
  };
  auto own = judge();
  if (!own.ok() && good_ != nullptr && bundles != good_->bundles) {
    const auto kept = CheckOwn(good_->text, bundles, now, Purpose::kTls);
    if (!kept.ok() && EndsElsewhere(kept.status())) {
      bundles_status = MakeError(
          absl::StatusCode::kFailedPrecondition,
          absl::StrCat(
              options_.bundles_folder,
              " is not taken: the certificate of this process would not lead to its roots "
              "any more; keep the old roots until certificates of the new ones are in use."),
          {.reason = "BUNDLE_WITHOUT_OWN_ROOT"});
      bundles = good_->bundles;
      own = judge();
    }
  }
  identity_status = own.status();
  if (!own.ok() && good_ == nullptr) return;

  const bool same_bundles = good_ != nullptr && bundles == good_->bundles;
  if (same_bundles && (!own.ok() || *files.own == good_->text)) return;
  auto next = std::make_unique<Snapshot>(
      Snapshot{.text = own.ok() ? *files.own : good_->text,
               .own = own.ok() ? *std::move(own) : good_->own,
               .bundles = bundles,
               .bundles_digest = same_bundles ? good_->bundles_digest : bundles_digest});
  if (const absl::Status published = Publish(*next); !published.ok()) {
    // Nothing was switched: neither part was taken.
    if (identity_status.ok()) identity_status = published;
    if (bundles_status.ok()) bundles_status = published;
    return;
  }
  auto identity = std::make_shared<Identity>(Identity{.self = next->own.verified.principal,
                                                      .not_after = next->own.verified.not_after,
                                                      .certificate_pem = next->own.certificate_pem,
                                                      .bundles = next->bundles,
                                                      .changed_after = look_before});
  good_ = std::move(next);
  {
    absl::MutexLock lock(&mutex_);
    current_ = std::move(identity);
  }
  // Last: who sees the generation risen finds the identity behind it.
  verifier_.SetBundles(good_->bundles);
}

absl::Status Loader::Publish(const Snapshot& snapshot) {
  const std::string& root = options_.publish_folder;
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error || chmod(root.c_str(), 0700) != 0) return PublishFailed(root, "cannot be made");

  // The next number after whatever a process before us left.
  const auto names = ListFolder(root);
  if (!names.ok()) return PublishFailed(root, names.status().message());
  std::uint64_t number = 0;
  for (const std::string& name : *names) {
    std::uint64_t used = 0;
    if (absl::SimpleAtoi(name, &used)) number = std::max(number, used);
  }
  ++number;

  const std::string folder = absl::StrCat(root, "/", number);
  if (mkdir(folder.c_str(), 0700) != 0) return PublishFailed(folder, std::strerror(errno));
  const auto undo = [&folder](const absl::Status& status) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return status;
  };
  // The watcher in gRPC compares whole seconds, so each publication is at least one younger.
  last_publication_ = std::max(absl::Now(), last_publication_ + absl::Seconds(1));
  const timespec stamp = absl::ToTimespec(last_publication_);
  const timespec stamps[2] = {stamp, stamp};
  const std::pair<absl::string_view, std::string> files[] = {
      {"tls.pem", snapshot.own.certificate_pem},
      {"tls.key", snapshot.own.key_pem},
      {"roots.pem", snapshot.bundles->AllRootsPem()}};
  for (const auto& [name, content] : files) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (const absl::Status written = WriteNewFile(path, content); !written.ok()) {
      return undo(PublishFailed(path, written.message()));
    }
    if (utimensat(AT_FDCWD, path.c_str(), stamps, 0) != 0) {
      return undo(PublishFailed(path, std::strerror(errno)));
    }
  }

  // One rename switches all three; who reads one file of the old and one of the new sees different
  // times and reads again.
  const std::string link = absl::StrCat(root, "/", kCurrent);
  const std::string fresh = absl::StrCat(root, "/.", kCurrent);
  unlink(fresh.c_str());
  if (symlink(absl::StrCat(number).c_str(), fresh.c_str()) != 0 ||
      std::rename(fresh.c_str(), link.c_str()) != 0) {
    return undo(PublishFailed(link, std::strerror(errno)));
  }
  // The publication before stays for whoever is reading it.
  for (const std::string& name : *names) {
    std::uint64_t old = 0;
    if (!absl::SimpleAtoi(name, &old) || old + 1 >= number) continue;
    std::filesystem::remove_all(absl::StrCat(root, "/", name), error);
  }
  return absl::OkStatus();
}

void Loader::Report(LoadEvent::Part part, const absl::Status& status, const std::string& digest,
                    Seen& seen) {
  if (seen.digest == digest && seen.good == status.ok()) return;
  seen = {.digest = digest, .good = status.ok()};
  if (observer_ != nullptr) {
    observer_({.part = part, .status = status, .generation = verifier_.generation()});
  }
}

std::shared_ptr<const Identity> Loader::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

std::string Loader::published_certificate_file() const {
  return absl::StrCat(options_.publish_folder, "/", kCurrent, "/tls.pem");
}

std::string Loader::published_key_file() const {
  return absl::StrCat(options_.publish_folder, "/", kCurrent, "/tls.key");
}

std::string Loader::published_roots_file() const {
  return absl::StrCat(options_.publish_folder, "/", kCurrent, "/roots.pem");
}

}  // namespace comity::identity
