// SPDX-License-Identifier: Apache-2.0
//
// For tests: certificates made on the spot, with OpenSSL's own calls and keys of P-256, because
// certificates in a tree expire, and a command line tool may be another one tomorrow. Files lie in
// a folder that goes away with the object.
#pragma once

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "net/openssl.h"
#include "net/tls.h"

namespace signalbox::net::testing {

// A folder of a test's own.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = ::testing::TempDir() + "signalbox-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr) << pattern;
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }
  // Returns the path.
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::binary) << text;
    return path(name);
  }
  // Likewise, for its owner alone to read.
  std::string write_secret(const std::string& name, const std::string& text) const {
    std::filesystem::permissions(write(name, text), std::filesystem::perms::owner_read |
                                                        std::filesystem::perms::owner_write);
    return path(name);
  }

 private:
  std::string path_;
};

struct Wishes {
  std::string common_name = "localhost";
  // As OpenSSL writes them: "DNS:localhost,IP:127.0.0.1,URI:spiffe://x/y,email:a@b".
  std::string names = "DNS:localhost,IP:127.0.0.1";
  int begins_days = -1;  // from now
  int ends_days = 365;
};

inline KeyPtr make_key() { return KeyPtr(EVP_EC_gen("P-256")); }

inline std::string pem_of(X509& certificate) {
  const BioPtr text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(text.get(), &certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// `passphrase` protects it; null = none.
inline std::string pem_of(EVP_PKEY& key, const char* passphrase = nullptr) {
  const BioPtr text(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(text.get(), &key, passphrase ? EVP_aes_128_cbc() : nullptr,
                                passphrase, passphrase ? static_cast<int>(strlen(passphrase)) : 0,
                                nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(text.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

// A certificate for `key` with the wishes, signed by `issuer` (null = by itself) with `issuer_key`.
inline CertificatePtr make_certificate(EVP_PKEY& key, const Wishes& wishes, X509* issuer,
                                       EVP_PKEY& issuer_key, bool authority) {
  static std::atomic<long> serial{1};
  CertificatePtr made(X509_new());
  X509* x = made.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), serial.fetch_add(1));
  X509_gmtime_adj(X509_getm_notBefore(x), 86400L * wishes.begins_days);
  X509_gmtime_adj(X509_getm_notAfter(x), 86400L * wishes.ends_days);
  X509_set_pubkey(x, &key);
  X509_NAME* name = X509_get_subject_name(x);
  if (!wishes.common_name.empty()) {
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(wishes.common_name.c_str()),
                               -1, -1, 0);
  }
  X509_set_issuer_name(x, issuer != nullptr ? X509_get_subject_name(issuer) : name);
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer != nullptr ? issuer : x, x, nullptr, nullptr, 0);
  const auto add = [&](int kind, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    EXPECT_NE(extension, nullptr) << value;
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  };
  add(NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  add(NID_key_usage, authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  add(NID_subject_key_identifier, "hash");
  if (!authority) add(NID_ext_key_usage, "serverAuth,clientAuth");
  if (!wishes.names.empty()) add(NID_subject_alt_name, wishes.names);
  EXPECT_GT(X509_sign(x, &issuer_key, EVP_sha256()), 0);
  return made;
}

// A certificate authority of a test.
class Authority {
 public:
  explicit Authority(const std::string& name = "Test Authority")
      : key_(make_key()),
        certificate_(make_certificate(*key_, {.common_name = name, .names = "", .ends_days = 3650},
                                      nullptr, *key_, true)) {}

  std::string pem() const { return pem_of(*certificate_); }

  // The PEM texts of a certificate of this authority and of its key.
  std::pair<std::string, std::string> issue(const Wishes& wishes) const {
    const KeyPtr key = make_key();
    const auto made = make_certificate(*key, wishes, certificate_.get(), *key_, false);
    return {pem_of(*made), pem_of(*key)};
  }

  // The same as files NAME.pem and NAME.key.
  TlsFiles issue(const ScratchFolder& folder, const std::string& name, const Wishes& wishes) const {
    const auto [certificate, key] = issue(wishes);
    return {folder.write(name + ".pem", certificate), folder.write(name + ".key", key)};
  }

 private:
  KeyPtr key_;
  CertificatePtr certificate_;
};

}  // namespace signalbox::net::testing
