// Licensed MIT or Apache-2.0.

#include "MpaSettings.h"

FName UMpaSettings::GetCategoryName() const
{
	return FName(TEXT("Plugins"));
}
