/// The C SDK below this one: its headers say nothing of C++ themselves.
#pragma once

#include <cstdarg>
#include <cstddef>
#include <cstdint>

extern "C" {
#include <callbox/anneal.h>
#include <callbox/list.h>
#include <callbox/log.h>
#include <callbox/number.h>
#include <callbox/plan.h>
#include <callbox/random.h>
#include <callbox/run.h>
#include <callbox/saved.h>
#include <callbox/tensors.h>
#include <callbox/text.h>
#include <callbox/types.h>
}
