#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/journal/page_token.h"
#include "common/rpc/call.h"
#include "common/service/calls.h"
#include "common/status/macros.h"
#include "common/time/clock.h"
#include "common/time/day.h"
#include "services/partner-registry/domain/registry.h"
#include "services/partner-registry/domain/registry_store.h"
#include "services/partner-registry/domain/visibility.h"
#include "services/partner-registry/records/fact_proto.h"

namespace comity::partner_registry {

// Eyes and the day they look on.
struct Sight {
  Sight(Viewer whose, const Clock& clock) : viewer(std::move(whose)), clock_(clock) {}

  // Of a fact of any kind.
  template <typename T>
  bool Sees(const T& fact) const {
    return viewer.all || MaySee(viewer, fact, DayInBrussels(clock_.Now()));
  }

  // The most frequent case, without making a Fact.
  bool SeesPartner(absl::string_view id) const { return viewer.all || viewer.partner == id; }

  // A message as the eyes may see it.
  template <typename Message>
  Message Show(Message message) const {
    if (!viewer.all) HidePersons(message);
    return message;
  }

  const Viewer viewer;

 private:
  const Clock& clock_;
};

// What methods that read share: the state at the last committed revision or at the one asked for,
// and the pages of a list. Thread-safe.
class SnapshotReads {
 protected:
  // None is owned; all must outlive this object.
  SnapshotReads(RegistryStore* store, const journal::PageTokens* pages, const Clock* clock)
      : store_(store), pages_(pages), clock_(clock) {}
  ~SnapshotReads() = default;

  // The state that one call reads: the last committed one, until it goes back. The eyes stay those
  // that the caller has by the last committed one.
  class Then {
   public:
    Then(RegistryStore::State::Guard now, const identity::Principal& caller)
        : now_(std::move(now)), viewer_(Viewer::Of(caller, **now_)) {}

    const Viewer& viewer() const { return viewer_; }
    const Registry& operator*() const { return earlier_ != nullptr ? *earlier_ : **now_; }
    const Registry* operator->() const { return &**this; }

    absl::Status GoBack(RegistryStore& store, std::int64_t revision);

   private:
    std::optional<RegistryStore::State::Guard> now_;
    Viewer viewer_;
    std::shared_ptr<const Registry> earlier_;
  };
  absl::StatusOr<Then> Now(const rpc::Call& call) const;
  // Errors name `field`.
  absl::Status GoBack(const ledger::v1::Revision& revision, absl::string_view field,
                      Then& then) const;
  // The state that `request` asks for.
  template <typename Request>
  absl::StatusOr<Then> At(const rpc::Call& call, const Request& request) const {
    COMITY_ASSIGN_OR_RETURN(Then then, Now(call));
    if (request.has_at_revision()) {
      COMITY_RETURN_IF_ERROR(GoBack(request.at_revision(), "at_revision", then));
    }
    return then;
  }

  // One page of a list. All pages of one list are of the revision of the first.
  struct Page {
    std::string after;  // The last position sent; "" for the first page.
    int size = 0;
  };
  template <typename Request>
  absl::StatusOr<Page> OpenPage(const rpc::Call& call, const Request& request, Then& then) const {
    Page page;
    COMITY_ASSIGN_OR_RETURN(page.size, service::PageSize(request.page_size()));
    if (request.page_token().empty()) return page;
    COMITY_ASSIGN_OR_RETURN(
        const journal::PagePosition position,
        pages_->Parse(request.page_token(), QueryDigest(call, request), call.caller()));
    page.after = position.position;
    COMITY_RETURN_IF_ERROR(then.GoBack(*store_, position.revision));
    return page;
  }
  template <typename Request>
  std::string NextToken(const rpc::Call& call, const Request& request, const std::string& position,
                        std::int64_t revision) const {
    return pages_->Issue({.position = position, .revision = revision}, QueryDigest(call, request),
                         call.caller());
  }

  RegistryStore* const store_;
  const journal::PageTokens* const pages_;
  const Clock* const clock_;

 private:
  template <typename Request>
  static crypto::Digest QueryDigest(const rpc::Call& call, const Request& request) {
    Request query = request;
    query.clear_page_size();
    query.clear_page_token();
    return service::DigestOf(call.method(), query);
  }
};

}  // namespace comity::partner_registry
