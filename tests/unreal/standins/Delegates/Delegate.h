#pragma once

#include "Templates/Function.h"
#include "UObject/Object.h"

#include <vector>

template <typename Signature>
class TDelegate;

template <typename Return, typename... Arguments>
class TDelegate<Return(Arguments...)>
{
public:
	template <typename Class>
	static TDelegate CreateUObject(Class* Object, Return (Class::*Method)(Arguments...))
	{
		TDelegate Delegate;
		Delegate.Call = [Object, Method](Arguments... Passed) -> Return { return (Object->*Method)(Passed...); };
		Delegate.Alive = Object->StandInAlive();
		Delegate.bWeak = true;
		return Delegate;
	}

	template <typename Callable>
	static TDelegate CreateWeakLambda(const UObject* Object, Callable InCall)
	{
		TDelegate Delegate = CreateLambda(InCall);
		Delegate.Alive = Object->StandInAlive();
		Delegate.bWeak = true;
		return Delegate;
	}

	template <typename Callable>
	static TDelegate CreateLambda(Callable InCall)
	{
		TDelegate Delegate;
		Delegate.Call = InCall;
		return Delegate;
	}

	bool IsBound() const { return Call && !(bWeak && Alive.expired()); }
	Return Execute(Arguments... Passed) const { check(IsBound()); return Call(Passed...); }
	/** Called on a copy: a delegate may replace itself. */
	bool ExecuteIfBound(Arguments... Passed) const
	{
		if (!IsBound()) return false;
		const std::function<Return(Arguments...)> Copy = Call;
		Copy(Passed...);
		return true;
	}

private:
	std::function<Return(Arguments...)> Call;
	std::weak_ptr<char> Alive;
	bool bWeak = false;
};

template <typename... Arguments>
class TMulticastDelegate
{
public:
	template <typename Callable>
	void AddWeakLambda(const UObject* Object, Callable Call) { Bound.push_back(TDelegate<void(Arguments...)>::CreateWeakLambda(Object, Call)); }
	template <typename Callable>
	void AddLambda(Callable Call) { Bound.push_back(TDelegate<void(Arguments...)>::CreateLambda(Call)); }
	bool IsBound() const { return !Bound.empty(); }
	void Broadcast(Arguments... Passed) const
	{
		const auto Copy = Bound;
		for (const auto& Delegate : Copy) Delegate.ExecuteIfBound(Passed...);
	}

private:
	std::vector<TDelegate<void(Arguments...)>> Bound;
};

#define DECLARE_DELEGATE_OneParam(Name, Type1) using Name = TDelegate<void(Type1)>
#define DECLARE_DELEGATE_TwoParams(Name, Type1, Type2) using Name = TDelegate<void(Type1, Type2)>
#define DECLARE_MULTICAST_DELEGATE_TwoParams(Name, Type1, Type2) using Name = TMulticastDelegate<Type1, Type2>
// A Blueprint binds these; a test binds a lambda.
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(Name, Type1, Name1) class Name : public TMulticastDelegate<Type1> {}
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(Name, Type1, Name1, Type2, Name2) class Name : public TMulticastDelegate<Type1, Type2> {}
