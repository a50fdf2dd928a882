// SPDX-License-Identifier: Apache-2.0
//
// A certificate stands for somebody by a whole name of the stated kind, and by nothing like it.
#include "access/certificate_list.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace signalbox::access {
namespace {

const std::vector<std::string> kDns = {"ci.acme.example", "acme.example"};
const std::vector<std::string> kUris = {"spiffe://acme.example/ns/Batch"};
const std::vector<std::string> kEmails = {"ops@acme.example"};
const std::string kFingerprint(64, 'a');

Certificate certificate() {
  return {.common_name = "acme",
          .dns_names = kDns,
          .uris = kUris,
          .emails = kEmails,
          .sha256 = kFingerprint};
}

bool stands(CertificateField field, const std::string& value,
            const Certificate& shown = certificate()) {
  return CertificateList({{field, value, "acme"}}).find(shown) != nullptr;
}

TEST(CertificateList, any_alternative_name_will_do) {
  EXPECT_TRUE(stands(CertificateField::kName, "acme.example"));
  EXPECT_TRUE(stands(CertificateField::kName, "CI.Acme.Example")) << "hosts have no case";
  EXPECT_TRUE(stands(CertificateField::kName, "spiffe://acme.example/ns/Batch"));
  EXPECT_TRUE(stands(CertificateField::kName, "ops@acme.example"));
}

TEST(CertificateList, names_are_compared_whole) {
  for (const char* value :
       {"", "example", ".acme.example", "*.acme.example", "cme.example",
        "spiffe://acme.example/ns/batch", "spiffe://acme.example/ns/Batch/", "acme"}) {
    EXPECT_FALSE(stands(CertificateField::kName, value)) << value;
  }
}

TEST(CertificateList, a_common_name_is_no_alternative_name_nor_the_other_way_round) {
  EXPECT_TRUE(stands(CertificateField::kCommonName, "acme"));
  EXPECT_FALSE(stands(CertificateField::kCommonName, "acme.example"));
  EXPECT_FALSE(stands(CertificateField::kCommonName, "", Certificate{}));
}

TEST(CertificateList, a_fingerprint_is_of_one_certificate) {
  EXPECT_TRUE(stands(CertificateField::kFingerprint, std::string(64, 'A')));
  EXPECT_FALSE(stands(CertificateField::kFingerprint, std::string(63, 'a')));
  EXPECT_FALSE(stands(CertificateField::kFingerprint, "", Certificate{}));
}

TEST(CertificateList, the_first_entry_it_answers_to_counts) {
  const CertificateList list({{CertificateField::kCommonName, "bolt", "bolt"},
                              {CertificateField::kName, "acme.example", "acme"},
                              {CertificateField::kCommonName, "acme", "other"}});
  ASSERT_NE(list.find(certificate()), nullptr);
  EXPECT_EQ(list.find(certificate())->subject, "acme");
  EXPECT_EQ(list.find(Certificate{}), nullptr);
}

}  // namespace
}  // namespace signalbox::access
