// SPDX-License-Identifier: Apache-2.0
//
// Files are read whole and parsed from memory: OpenSSL's own file readers cannot say why a file
// could not be opened. See certificate.h.
#include "net/certificate.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>

namespace signalbox::net {

namespace {

constexpr std::time_t kSoon = 14 * 24 * 3600;

using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeBy<GENERAL_NAMES_free>>;

// Larger is no PEM file of anybody's.
constexpr std::size_t kLargestFile = 4UL * 1024 * 1024;

Result<std::string> read_file(const std::string& path) {
  std::string text;
  const std::unique_ptr<std::FILE, FreeBy<std::fclose>> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return Error{fmt::format("{} cannot be read: {}", path, std::strerror(errno))};
  std::array<char, 4096> buffer;
  std::size_t size = 0;
  while ((size = std::fread(buffer.data(), 1, buffer.size(), file.get())) > 0) {
    text.append(buffer.data(), size);
    if (text.size() > kLargestFile) return Error{fmt::format("{} is larger than 4 MiB", path)};
  }
  if (std::ferror(file.get()) != 0) {
    return Error{fmt::format("{} cannot be read: {}", path, std::strerror(errno))};
  }
  return text;
}

BioPtr reader_of(const std::string& text) {
  ERR_clear_error();
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Called for the passphrase of a protected key: there is nobody to ask.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::string text_of(const ASN1_STRING* text) {
  const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  return {data, static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string date_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unreadable date";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min);
}

}  // namespace

Result<std::vector<CertificatePtr>> read_certificates(const std::string& path) {
  const auto text = read_file(path);
  if (!text.ok()) return text.error();
  return certificates_in(*text, path);
}

Result<std::vector<CertificatePtr>> certificates_in(const std::string& text,
                                                    const std::string& name) {
  const BioPtr reader = reader_of(text);
  std::vector<CertificatePtr> certificates;
  for (;;) {
    CertificatePtr next(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    certificates.push_back(std::move(next));
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const std::string reason = last_openssl_reason();
  if (!ended) {
    return Error{fmt::format("{}: certificate {} of the file is damaged: {}", name,
                             certificates.size() + 1, reason)};
  }
  if (certificates.empty()) {
    return Error{
        fmt::format("{} holds no certificate: wanted is PEM, which begins with "
                    "-----BEGIN CERTIFICATE-----",
                    name)};
  }
  return certificates;
}

Result<KeyPtr> read_private_key(const std::string& path) {
  auto text = read_file(path);
  if (!text.ok()) return text.error();
  auto key = private_key_in(*text, path);
  OPENSSL_cleanse(text->data(), text->size());
  return key;
}

Result<KeyPtr> private_key_in(const std::string& text, const std::string& name) {
  const BioPtr reader = reader_of(text);
  bool passphrase = false;
  KeyPtr key(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_passphrase, &passphrase));
  if (key) return key;
  ERR_clear_error();
  if (passphrase) {
    return Error{
        fmt::format("{}: the key is protected by a passphrase, and there is nobody to ask "
                    "for it: take it off with openssl pkey -in FILE -out NEW",
                    name)};
  }
  return Error{
      fmt::format("{} holds no private key: wanted is PEM, which begins with "
                  "-----BEGIN PRIVATE KEY-----",
                  name)};
}

TlsPeer describe(X509& certificate) {
  TlsPeer peer;
  X509_NAME* subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at >= 0) {
    peer.common_name = text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  }
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS) peer.dns_names.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_URI) peer.uris.push_back(text_of(name->d.uniformResourceIdentifier));
    if (name->type == GEN_EMAIL) peer.emails.push_back(text_of(name->d.rfc822Name));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(&certificate, EVP_sha256(), digest.data(), &size);
  for (unsigned int i = 0; i < size; ++i) peer.sha256 += fmt::format("{:02x}", digest[i]);
  return peer;
}

std::string complaint_about_dates(X509& certificate, const std::string& path) {
  const ASN1_TIME* begin = X509_get0_notBefore(&certificate);
  const ASN1_TIME* end = X509_get0_notAfter(&certificate);
  std::time_t soon = std::time(nullptr) + kSoon;
  if (X509_cmp_current_time(end) < 0) {
    return fmt::format(
        "{}: the certificate expired on {}; whoever checks it will refuse to "
        "connect until it is renewed",
        path, date_of(end));
  }
  if (X509_cmp_current_time(begin) > 0) {
    return fmt::format(
        "{}: the certificate is valid from {} only; whoever checks it will refuse "
        "to connect before that",
        path, date_of(begin));
  }
  if (X509_cmp_time(end, &soon) < 0) {
    return fmt::format("{}: the certificate expires on {}: renew it", path, date_of(end));
  }
  ERR_clear_error();
  return {};
}

}  // namespace signalbox::net
