// SPDX-License-Identifier: Apache-2.0
//
// See accelerators.h. After the vendors' lists of instance types:
// https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
// https://cloud.google.com/compute/docs/gpus
// https://learn.microsoft.com/azure/virtual-machines/sizes/overview#gpu-accelerated
#include "cluster/accelerators.h"

#include <array>

namespace signalbox::cluster {

namespace {

struct Row {
  std::string_view begins, accelerator;
};

// The longest beginning that fits counts; a family ends with '.' or '-', so that g6 is not g6e.
constexpr std::array kTypes = {
    Row{"g4dn.", "T4"},
    Row{"g5.", "A10G"},
    Row{"g5g.", "T4G"},
    Row{"g6.", "L4"},
    Row{"gr6.", "L4"},
    Row{"g6e.", "L40S"},
    Row{"inf1.", "Inferentia"},
    Row{"inf2.", "Inferentia2"},
    Row{"trn1.", "Trainium"},
    Row{"trn1n.", "Trainium"},
    Row{"trn2.", "Trainium2"},
    Row{"p3.", "V100"},
    Row{"p3dn.", "V100"},
    Row{"p4d.", "A100"},
    Row{"p4de.", "A100 80GB"},
    Row{"p5.", "H100"},
    Row{"p5e.", "H200"},
    Row{"p5en.", "H200"},
    Row{"p6-b200.", "B200"},
    Row{"dl1.", "Gaudi"},
    Row{"a2-highgpu-", "A100"},
    Row{"a2-ultragpu-", "A100 80GB"},
    Row{"a3-highgpu-", "H100"},
    Row{"a3-megagpu-", "H100"},
    Row{"a3-ultragpu-", "H200"},
    Row{"g2-standard-", "L4"},
    Row{"ct4p-", "TPU v4"},
    Row{"ct5lp-", "TPU v5e"},
    Row{"ct5p-", "TPU v5p"},
    Row{"ct6e-", "TPU v6e"},
    Row{"Standard_NC24ads_A100", "A100 80GB"},
    Row{"Standard_NC48ads_A100", "A100 80GB"},
    Row{"Standard_NC96ads_A100", "A100 80GB"},
    Row{"Standard_ND96isr_H100", "H100"},
    Row{"Standard_NC40ads_H100", "H100"},
    Row{"Standard_ND96isr_MI300X", "MI300X"},
};

}  // namespace

std::string_view accelerator_of(std::string_view instance_type) {
  const Row* best = nullptr;
  for (const Row& row : kTypes) {
    if (!instance_type.starts_with(row.begins)) continue;
    if (best == nullptr || row.begins.size() > best->begins.size()) best = &row;
  }
  return best == nullptr ? std::string_view() : best->accelerator;
}

}  // namespace signalbox::cluster
