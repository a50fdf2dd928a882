// SPDX-License-Identifier: Apache-2.0
//
// What is said of files that will not do: which one, what is wrong, how to mend it.
#include "net/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test_certificates.h"

namespace signalbox::net {
namespace {

using testing::Authority;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScratchFolder;

class TlsFilesTest : public ::testing::Test {
 protected:
  std::string complaint(const TlsServerOptions& options) {
    const auto made = TlsServer::make(options);
    return made.ok() ? "no complaint" : made.error().message;
  }

  ScratchFolder folder_;
  Authority authority_;
  TlsFiles good_ = authority_.issue(folder_, "good", {});
};

TEST_F(TlsFilesTest, good_ones_are_taken_without_a_word) {
  const auto made = TlsServer::make({.certificates = {good_}});
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_TRUE((*made)->warnings().empty());
}

TEST_F(TlsFilesTest, a_missing_file_is_named_with_the_reason) {
  EXPECT_EQ(complaint({.certificates = {{folder_.path("none.pem"), good_.key}}}),
            folder_.path("none.pem") + " cannot be read: No such file or directory");
  EXPECT_EQ(complaint({.certificates = {{good_.certificate, folder_.path("none.key")}}}),
            folder_.path("none.key") + " cannot be read: No such file or directory");
}

TEST_F(TlsFilesTest, a_folder_is_no_file) {
  EXPECT_THAT(complaint({.certificates = {{folder_.path(""), good_.key}}}),
              HasSubstr("cannot be read"));
}

TEST_F(TlsFilesTest, a_file_of_something_else_is_told_what_is_wanted) {
  const auto text = folder_.write("notes.txt", "not a certificate\n");
  EXPECT_EQ(complaint({.certificates = {{text, good_.key}}}),
            text +
                " holds no certificate: wanted is PEM, which begins with "
                "-----BEGIN CERTIFICATE-----");
  EXPECT_EQ(complaint({.certificates = {{good_.certificate, text}}}),
            text +
                " holds no private key: wanted is PEM, which begins with "
                "-----BEGIN PRIVATE KEY-----");
}

TEST_F(TlsFilesTest, a_damaged_certificate_is_counted) {
  const auto [certificate, key] = authority_.issue(testing::Wishes{});
  std::string damaged = certificate;
  damaged.replace(damaged.find('\n') + 5, 4, "AAAA");
  const auto path = folder_.write("chain.pem", certificate + damaged);
  EXPECT_THAT(complaint({.certificates = {{path, folder_.write("chain.key", key)}}}),
              HasSubstr("certificate 2 of the file is damaged"));
}

TEST_F(TlsFilesTest, a_key_of_another_certificate_is_refused) {
  const auto other = authority_.issue(folder_, "other", {});
  EXPECT_THAT(complaint({.certificates = {{good_.certificate, other.key}}}),
              HasSubstr(other.key + " is not the key of the certificate in " + good_.certificate));
}

TEST_F(TlsFilesTest, a_protected_key_is_refused_because_nobody_can_be_asked) {
  const auto key = testing::make_key();
  const auto path = folder_.write("locked.key", testing::pem_of(*key, "secret"));
  EXPECT_THAT(complaint({.certificates = {{good_.certificate, path}}}),
              HasSubstr("protected by a passphrase"));
}

TEST_F(TlsFilesTest, dates_are_warned_of) {
  const auto old = authority_.issue(folder_, "old", {.begins_days = -9, .ends_days = -1});
  const auto young = authority_.issue(folder_, "young", {.begins_days = 2});
  const auto ageing = authority_.issue(folder_, "ageing", {.ends_days = 3});
  const auto made = TlsServer::make({.certificates = {old, young, ageing}});
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_THAT((*made)->warnings(),
              ElementsAre(HasSubstr(old.certificate + ": the certificate expired on "),
                          HasSubstr(young.certificate + ": the certificate is valid from "),
                          HasSubstr(ageing.certificate + ": the certificate expires on ")));
}

TEST_F(TlsFilesTest, authorities_of_clients_must_be_readable) {
  EXPECT_THAT(complaint({.certificates = {good_},
                         .client_ca_file = folder_.path("nobody.pem"),
                         .client_certificate = ClientCertificate::kRequire}),
              HasSubstr("nobody.pem cannot be read"));
}

TEST_F(TlsFilesTest, a_client_reads_its_files_too) {
  EXPECT_TRUE(TlsClient::make({}).ok());  // the system's authorities
  const auto missing = TlsClient::make({.ca_file = folder_.path("nobody.pem")});
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, HasSubstr("nobody.pem cannot be read"));
  const auto other = authority_.issue(folder_, "other", {});
  const auto mixed = TlsClient::make({.own = {good_.certificate, other.key}});
  ASSERT_FALSE(mixed.ok());
  EXPECT_THAT(mixed.error().message, HasSubstr("is not the key of the certificate"));
}

TEST_F(TlsFilesTest, a_client_takes_texts_where_there_are_no_files_and_never_quotes_them) {
  const auto [certificate, key] = authority_.issue({});
  const TlsTexts texts{
      .ca = authority_.pem(), .certificate = certificate, .key = key, .name = "user admin"};
  EXPECT_TRUE(TlsClient::make({.texts = texts}).ok());
  TlsTexts mixed = texts;
  mixed.key = authority_.issue({}).second;
  const auto refused = TlsClient::make({.texts = mixed});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("user admin: the key is not the key of"));
  EXPECT_EQ(refused.error().message.find("BEGIN"), std::string::npos);
  const auto no_ca = TlsClient::make({.texts = {.ca = "nonsense", .name = "cluster here"}});
  ASSERT_FALSE(no_ca.ok());
  EXPECT_THAT(no_ca.error().message, HasSubstr("cluster here: the authority holds no certificate"));
}

}  // namespace
}  // namespace signalbox::net
