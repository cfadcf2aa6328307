"""Identifiers: 16 random bytes, written as 32 lower-case hex digits."""

from typing import NewType

InstanceId = NewType("InstanceId", str)
UserId = NewType("UserId", str)
DeviceId = NewType("DeviceId", str)
LoginId = NewType("LoginId", str)
ChallengeId = NewType("ChallengeId", str)
CodeId = NewType("CodeId", str)
SessionId = NewType("SessionId", str)
FlowId = NewType("FlowId", str)
RequestId = NewType("RequestId", str)
FactorId = NewType("FactorId", str)
PromptId = NewType("PromptId", str)
DecoyId = NewType("DecoyId", str)
TicketId = NewType("TicketId", str)
AttachmentId = NewType("AttachmentId", str)
