// Objects, weak pointers to them, and the markers that UnrealHeaderTool reads.

#pragma once

#include "CoreTypes.h"
#include "Containers/UnrealString.h"

#include <memory>

class UWorld;

class FName
{
public:
	FName() = default;
	explicit FName(const TCHAR* Text) : Held(Text) {}
	FString ToString() const { return Held; }

private:
	FString Held;
};

namespace StandIn
{
	/** One for each class: there is no RTTI. */
	template <typename T>
	const void* ClassOf()
	{
		static const char Id = 0;
		return &Id;
	}
}

class UObject
{
public:
	UObject() = default;
	UObject(const UObject&) = delete;
	UObject& operator=(const UObject&) = delete;
	virtual ~UObject() = default;

	virtual UWorld* GetWorld() const { return Outer ? Outer->GetWorld() : nullptr; }
	UObject* GetOuter() const { return Outer; }

	/** Expires when the garbage collector takes it. */
	std::weak_ptr<char> StandInAlive() const { return Alive; }
	UObject* Outer = nullptr;

private:
	std::shared_ptr<char> Alive = std::make_shared<char>();
};

template <typename T>
T* NewObject(UObject* Outer = nullptr)
{
	T* Object = new T();
	Object->Outer = Outer;
	return Object;
}

template <typename T>
T* GetMutableDefault()
{
	static T Default;
	return &Default;
}

template <typename T>
const T* GetDefault()
{
	return GetMutableDefault<T>();
}

template <typename T>
class TWeakObjectPtr
{
public:
	TWeakObjectPtr(T* InObject) : Object(InObject), Alive(InObject->StandInAlive()) {}
	T* Get() const { return Alive.expired() ? nullptr : Object; }

private:
	T* Object;
	std::weak_ptr<char> Alive;
};

template <typename T>
class TObjectPtr
{
public:
	TObjectPtr() = default;
	TObjectPtr(T* InObject) : Object(InObject) {}
	operator T*() const { return Object; }
	T* operator->() const { return Object; }

private:
	T* Object = nullptr;
};

// As in the engine: the header that is generated for a file defines what GENERATED_BODY is in each of its lines.
#define STANDIN_JOIN_INNER(A, B, C, D) A##B##C##D
#define STANDIN_JOIN(A, B, C, D) STANDIN_JOIN_INNER(A, B, C, D)
#define GENERATED_BODY(...) STANDIN_JOIN(CURRENT_FILE_ID, _, __LINE__, _GENERATED_BODY)
#define UCLASS(...)
#define USTRUCT(...)
#define UENUM(...)
#define UFUNCTION(...)
#define UPROPERTY(...)
#define UMETA(...)
