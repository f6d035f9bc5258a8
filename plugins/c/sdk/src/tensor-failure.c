/* Apart from the calls, for all plugins are asked about it, and few import tensors. */
#include "tensor-failure.h"

#include "../include/callbox/log.h"
#include "../include/callbox/text.h"
#include "failure.h"

static bool failed;
static cb_tensor_failure as;

void cb_tensor_fail(cb_tensor_failure failure, cb_text about)
{
    static const char *const kinds[] = {"", "missing", "mismatch", "over budget"};
    failed = true;
    as = failure;
    if (failure == CB_STALE) {
        cb_fail("stale tensor: its batch is over, or it is not this plugin's");
        return;
    }
    cb_fail("%s: %.*s", kinds[failure], CB_ARG(about));
    cb_text_free(&about);
}

bool cb_tensor_failed(void)
{
    return failed;
}

bool cb_tensor_take_failed(void)
{
    bool taken = failed;
    failed = false;
    return taken;
}

bool cb_tensor_forgive(cb_tensor_failure failure)
{
    if (!failed || as != failure)
        return false;
    failed = false;
    cb_text sentence = cb_take_failure();
    cb_text_free(&sentence);
    return true;
}
