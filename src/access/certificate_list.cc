// SPDX-License-Identifier: Apache-2.0
//
// Whole names; see certificate_list.h.
#include "access/certificate_list.h"

#include <algorithm>

namespace signalbox::access {

namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

// Names of hosts have no case (RFC 4343); other names do.
bool answers_to(const Certificate& certificate, const CertificateEntry& entry) {
  const auto is_value = [&](const std::string& name) { return name == entry.value; };
  switch (entry.field) {
    case CertificateField::kName:
      return std::any_of(certificate.dns_names.begin(), certificate.dns_names.end(),
                         [&](const std::string& name) {
                           return equals_ignoring_case(name, entry.value);
                         }) ||
             std::any_of(certificate.uris.begin(), certificate.uris.end(), is_value) ||
             std::any_of(certificate.emails.begin(), certificate.emails.end(), is_value);
    case CertificateField::kCommonName:
      return !certificate.common_name.empty() && certificate.common_name == entry.value;
    case CertificateField::kFingerprint:
      return !certificate.sha256.empty() && equals_ignoring_case(certificate.sha256, entry.value);
  }
  return false;
}

}  // namespace

const CertificateEntry* CertificateList::find(const Certificate& certificate) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(),
                   [&](const CertificateEntry& entry) { return answers_to(certificate, entry); });
  return found == entries_.end() ? nullptr : &*found;
}

}  // namespace signalbox::access
