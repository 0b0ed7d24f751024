#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/identity/principal.h"
#include "services/document-exchange/domain/document.h"

namespace comity::document_exchange {

// What a caller may see of a document. Pure: no clock, no registry, no I/O. Lists have the same
// rule in SQL (storage/document_rows.cc); a test holds the two against each other.
struct View {
  bool document = false;        // That it exists. Otherwise NOT_FOUND, the same as absent.
  bool contents = false;        // Manifest, signature and ciphertext.
  bool all_recipients = false;  // Otherwise only those of the caller's own side.

  friend bool operator==(const View&, const View&) = default;
};

// The sender, the recipients, and the agency's staff of the same unit as one of them; the auditor
// without contents. Recipients do not see each other.
View Look(const identity::Principal& caller, const Document& document);

// Whether two SPIFFE ids are one side: the same id, or staff of the same unit of the agency, a
// national member's desk for one. Contacts of one partner are not: each opener is addressed by
// itself. Nor is a liaison prosecutor anybody's colleague, who is his State's like a contact (EJR
// 54a(3)); that State may change, and the unit in his name does not say it.
bool SameSide(const identity::Principal& a, const identity::Principal& b);

// What two ids of one side have in common and others have not: "agency.example/unit/fr", or the
// SPIFFE id itself.
std::string SideOf(const identity::Principal& principal);

// Whose documents a list shows `caller`: those of this side, or all there are if nullopt.
std::optional<std::string> ListedFor(const identity::Principal& caller);

// Whether `caller` may see this recipient of a document it may see.
bool MaySeeRecipient(const identity::Principal& caller, const View& view,
                     const Recipient& recipient);

}  // namespace comity::document_exchange
