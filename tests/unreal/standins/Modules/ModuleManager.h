#pragma once

#include "Modules/ModuleInterface.h"

namespace StandIn
{
	/** The module of the program: there is one. */
	IModuleInterface& Module();
}

#define IMPLEMENT_MODULE(Class, Name) \
	IModuleInterface& StandIn::Module() \
	{ \
		static Class Instance; \
		return Instance; \
	}
