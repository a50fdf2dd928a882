// SPDX-License-Identifier: Apache-2.0
//
// Whom certificates stand for. TLS has verified by then that an authority of ours vouches for the
// certificate and that the client has its key; which tenant or role that is, this list says. Names
// are compared whole: a pattern is how one tenant's certificate comes to be another's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace signalbox::access {

// A verified certificate. Views, valid as long as the connection it came with.
struct Certificate {
  std::string_view common_name = {};            // of the subject; empty = none
  std::span<const std::string> dns_names = {};  // subject alternative names
  std::span<const std::string> uris = {};       // among them SPIFFE identities
  std::span<const std::string> emails = {};
  std::string_view sha256 = {};  // 64 hexadecimal digits, in lower case
};

enum class CertificateField : std::uint8_t {
  kName,         // one of the subject alternative names, of any kind
  kCommonName,   // only where there are no alternative names of use
  kFingerprint,  // this very certificate, and not its successor
};

struct CertificateEntry {
  CertificateField field = CertificateField::kName;
  std::string value;
  std::string subject;  // a tenant or a role
};

class CertificateList {
 public:
  CertificateList() = default;
  explicit CertificateList(std::vector<CertificateEntry> entries) : entries_(std::move(entries)) {}

  // The first entry that the certificate answers to, or nullptr.
  const CertificateEntry* find(const Certificate& certificate) const;

  bool empty() const { return entries_.empty(); }

 private:
  std::vector<CertificateEntry> entries_;
};

}  // namespace signalbox::access
