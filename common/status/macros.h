#pragma once

// Early return on a failed absl::Status. Abseil of this platform has no such macros.

#define COMITY_RETURN_IF_ERROR(expression)                                    \
  do {                                                                        \
    if (::absl::Status comity_status_ = (expression); !comity_status_.ok()) { \
      return comity_status_;                                                  \
    }                                                                         \
  } while (false)

#define COMITY_MACRO_JOIN_INNER(a, b) a##b
#define COMITY_MACRO_JOIN(a, b) COMITY_MACRO_JOIN_INNER(a, b)

#define COMITY_ASSIGN_OR_RETURN(declaration, expression) \
  COMITY_ASSIGN_OR_RETURN_INNER(COMITY_MACRO_JOIN(comity_or_, __LINE__), declaration, expression)

#define COMITY_ASSIGN_OR_RETURN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                                          \
  if (!temporary.ok()) return std::move(temporary).status();              \
  declaration = *std::move(temporary)
