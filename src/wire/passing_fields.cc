// SPDX-License-Identifier: Apache-2.0
#include "wire/passing_fields.h"

namespace signalbox::wire {

bool named_by_connection(const std::vector<Field>& fields, std::string_view name) {
  for (const Field& field : fields) {
    if (field.kind != FieldKind::kConnection) continue;
    for (std::string_view rest = field.value;;) {
      const std::size_t comma = rest.find(',');
      const std::string_view option = rest.substr(0, comma);
      const std::size_t begin = option.find_first_not_of(" \t");
      if (begin != std::string_view::npos &&
          equals_ignoring_case(option.substr(begin, option.find_last_not_of(" \t") - begin + 1),
                               name)) {
        return true;
      }
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
  }
  return false;
}

bool passes_to_unit(const Field& field, const RequestRewrite& rewrite) {
  for (const std::string_view name : rewrite.withhold) {
    if (equals_ignoring_case(field.name, name)) return false;
  }
  return field.kind == FieldKind::kOther ||
         (field.kind == FieldKind::kCredential && rewrite.forward_credentials);
}

bool passes_to_client(const Field& field) {
  const FieldKind kind = field.kind;
  return kind == FieldKind::kOther || kind == FieldKind::kRouting ||
         kind == FieldKind::kForwarding || kind == FieldKind::kCredential;
}

}  // namespace signalbox::wire
