#pragma once

#include "CoreTypes.h"

#include <functional>
#include <utility>

template <typename T>
typename std::remove_reference<T>::type&& MoveTemp(T&& Value)
{
	return static_cast<typename std::remove_reference<T>::type&&>(Value);
}

template <typename Signature>
using TFunction = std::function<Signature>;

template <typename Signature>
class TFunctionRef;

/** Refers to a callable that outlives it. */
template <typename Return, typename... Arguments>
class TFunctionRef<Return(Arguments...)>
{
public:
	template <typename Callable>
	TFunctionRef(Callable&& InCallable)
		: Object(const_cast<void*>(static_cast<const void*>(&InCallable)))
		, Call([](void* InObject, Arguments... Passed) -> Return
			{
				return (*static_cast<typename std::remove_reference<Callable>::type*>(InObject))(Passed...);
			})
	{
	}

	Return operator()(Arguments... Passed) const { return Call(Object, Passed...); }

private:
	void* Object;
	Return (*Call)(void*, Arguments...);
};
