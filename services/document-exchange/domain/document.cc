#include "services/document-exchange/domain/document.h"

#include <algorithm>

namespace comity::document_exchange {

const Recipient* Document::Find(absl::string_view spiffe_id) const {
  const auto it =
      std::find_if(recipients.begin(), recipients.end(),
                   [&](const Recipient& recipient) { return recipient.spiffe_id == spiffe_id; });
  return it == recipients.end() ? nullptr : &*it;
}

Recipient* Document::Find(absl::string_view spiffe_id) {
  return const_cast<Recipient*>(std::as_const(*this).Find(spiffe_id));
}

}  // namespace comity::document_exchange
