#include "syslat_abi.h"
