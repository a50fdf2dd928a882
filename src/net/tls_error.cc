// SPDX-License-Identifier: Apache-2.0
//
// OpenSSL's packed codes fit an int: the number of a library in the upper bits, the reason below.
// Libraries of users begin at ERR_LIB_USER, so our own two kinds sit there. See tls_error.h.
#include "net/tls_error.h"

#include <openssl/x509_vfy.h>

#include <string>

#include "net/openssl.h"

namespace signalbox::net {

namespace {

constexpr int kLibTruncated = ERR_LIB_USER;
constexpr int kLibVerdict = ERR_LIB_USER + 1;

class TlsCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "tls"; }
  std::string message(int value) const override {
    const auto code = static_cast<unsigned long>(value);
    const int library = ERR_GET_LIB(code);
    const int reason = ERR_GET_REASON(code);
    if (library == kLibTruncated) return "TLS stream ended without close_notify";
    if (library == kLibVerdict) {
      return std::string("certificate not accepted: ") + X509_verify_cert_error_string(reason);
    }
    const char* text = ERR_reason_error_string(code);
    return std::string("TLS: ") + (text != nullptr ? text : "unknown error");
  }
};

error_code make(unsigned long packed) {
  static const TlsCategory category;
  return {static_cast<int>(packed), category};
}

}  // namespace

error_code stream_truncated() { return make(ERR_PACK(kLibTruncated, 0, 1)); }

error_code take_tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return asio::error::connection_reset;
  if (ERR_SYSTEM_ERROR(code)) return {ERR_GET_REASON(code), boost::system::system_category()};
  return make(code);
}

error_code certificate_refused(long verdict) {
  return make(ERR_PACK(kLibVerdict, 0, static_cast<int>(verdict)));
}

}  // namespace signalbox::net
