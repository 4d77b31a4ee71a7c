#pragma once

bool IsInGameThread();
bool IsRunningCommandlet();

namespace StandIn
{
	extern bool bIsRunningCommandlet;
}
