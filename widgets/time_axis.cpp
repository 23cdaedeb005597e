#include "widgets/time_axis.h"
