// For building ring's C code without Microsoft's headers: it includes this, and uses nothing of it.
#pragma once
