//go:build !noasm

// Kernels that score attributes, written by hand: they compute with single numbers.

#include "textflag.h"

// func askAsm(keys []uint64, lines []uint32, prints []uint64, factor uint64, table *uint64, count uint64)
TEXT ·askAsm(SB), NOSPLIT, $0-96
	MOVQ keys_base+0(FP), DI
	MOVQ lines_base+24(FP), SI
	MOVQ prints_base+48(FP), BX
	MOVQ prints_len+56(FP), CX
	MOVQ factor+72(FP), R8
	MOVQ table+80(FP), R9
	MOVQ count+88(FP), R10
	TESTQ CX, CX
	JE   askDone

askNext:
	MOVQ  (BX), AX
	IMULQ R8, AX
	MOVQ  AX, (DI)
	MULQ  R10
	MOVL  DX, (SI)
	SHLQ  $6, DX
	ADDQ  R9, DX
	SHRQ  $63, AX
	SHLQ  $6, AX
	PREFETCHT0 (DX)
	PREFETCHT0 (DX)(AX*1) // the next line for the second half of the keys of a line
	ADDQ  $8, BX
	ADDQ  $8, DI
	ADDQ  $4, SI
	DECQ  CX
	JNE   askNext

askDone:
	RET

// func findAsm(table []uint64, lines []uint32, keys []uint64, ways *[65536]uint8, lists *[4]List)
TEXT ·findAsm(SB), NOSPLIT, $0-88
	MOVQ table_base+0(FP), AX
	MOVQ table_len+8(FP), R13
	LEAQ -64(AX)(R13*8), R13 // the last line
	MOVQ lines_base+24(FP), BX
	MOVQ keys_base+48(FP), CX
	MOVQ keys_len+56(FP), DI
	MOVQ ways+72(FP), R11
	MOVQ lists+80(FP), R12
	LEAQ (CX)(DI*8), DI // the end of the keys
	CMPQ CX, DI
	JAE  findDone

findNext:
	MOVL (BX), R8
	SHLQ $6, R8
	ADDQ AX, R8
	MOVQ (CX), R9

findLine:
	CMPQ    R8, R13
	JA      findOutside
	XORL    R10, R10
	CMPQ    (R8), R9
	CMOVQEQ 8(R8), R10
	CMPQ    16(R8), R9
	CMOVQEQ 24(R8), R10
	CMPQ    32(R8), R9
	CMOVQEQ 40(R8), R10
	CMPQ    48(R8), R9
	CMOVQEQ 56(R8), R10
	JCS     findBeyond // the last key is less

findFound:
	MOVQ    R10, DX
	MOVL    R10, SI
	SHRQ    $32, DX
	MOVWLZX DX, DX
	MOVBLZX (R11)(DX*1), DX
	SHLQ    $6, DX
	ADDQ    R12, DX
	MOVQ    (DX), R8
	MOVQ    8(DX), R9
	MOVQ    R10, (R8)(R9*1)
	ADDQ    16(DX), R9
	MOVQ    R9, 8(DX)
	MOVQ    24(DX), R9
	IMULQ   SI, R9
	MOVQ    32(DX), R8
	PREFETCHT0 (R8)(R9*1)
	MOVQ    40(DX), R8
	PREFETCHT0 (R8)(R9*1)
	IMULQ   48(DX), SI
	MOVQ    56(DX), R8
	PREFETCHT0 (R8)(SI*1)
	ADDQ    $4, BX
	ADDQ    $8, CX
	CMPQ    CX, DI
	JB      findNext

findDone:
	RET

findBeyond:
	ADDQ $64, R8
	JMP  findLine

findOutside:
	XORL R10, R10
	JMP  findFound

// func addRunsAsm(dst []float64, outcomes []uint16, values []float32, runs []uint64) (ok bool)
TEXT ·addRunsAsm(SB), NOSPLIT, $0-97
	MOVQ dst_base+0(FP), AX
	MOVQ dst_len+8(FP), BX
	MOVQ outcomes_base+24(FP), CX
	MOVQ outcomes_len+32(FP), R13
	MOVQ values_base+48(FP), DX
	MOVQ runs_base+72(FP), SI
	MOVQ runs_len+80(FP), DI
	LEAQ (SI)(DI*8), DI
	VXORPS X2, X2, X2

runNext:
	CMPQ SI, DI
	JAE  runDone
	MOVL (SI), R8
	MOVL 4(SI), R9
	ADDQ $8, SI
	ADDQ R8, R9 // the end
	CMPQ R9, R13
	JA   runBad

runLoop:
	CMPQ    R8, R9
	JAE     runNext
	MOVWLZX (CX)(R8*2), R10
	CMPQ    R10, BX
	JAE     runBad
	VCVTSS2SD (DX)(R8*4), X2, X0
	VADDSD  (AX)(R10*8), X0, X0
	VMOVSD  X0, (AX)(R10*8)
	INCQ    R8
	JMP     runLoop

runDone:
	MOVB $1, ok+96(FP)
	RET

runBad:
	MOVB $0, ok+96(FP)
	RET

// func roundAsm(dst []float32, x []float64)
TEXT ·roundAsm(SB), NOSPLIT, $0-48
	MOVQ dst_base+0(FP), DI
	MOVQ x_base+24(FP), SI
	MOVQ x_len+32(FP), CX

roundFour:
	CMPQ CX, $4
	JB   roundOne
	VCVTPD2PSY (SI), X0
	VMOVUPS X0, (DI)
	ADDQ $32, SI
	ADDQ $16, DI
	SUBQ $4, CX
	JMP  roundFour

roundOne:
	TESTQ CX, CX
	JE    roundDone
	VXORPS X0, X0, X0
	VCVTSD2SS (SI), X0, X0
	VMOVSS X0, (DI)
	ADDQ $8, SI
	ADDQ $4, DI
	DECQ CX
	JMP  roundOne

roundDone:
	VZEROUPPER
	RET

// func splitAsm(most, prev, edge []float64, rows []uint16, low, high []float64, narrow []Narrow)
TEXT ·splitAsm(SB), NOSPLIT, $0-168
	MOVQ most_base+0(FP), AX
	MOVQ most_len+8(FP), CX
	MOVQ prev_base+24(FP), DX
	MOVQ edge_base+48(FP), BX
	MOVQ rows_base+72(FP), SI
	MOVQ rows_len+80(FP), DI
	MOVQ low_base+96(FP), R8
	MOVQ high_base+120(FP), R9
	SHLQ $3, CX // bytes of a row

	// The best of the rows.
	MOVWLZX (SI), R12
	VMOVSD  (DX)(R12*8), X0
	XORL    R11, R11
	MOVQ    $1, R10

splitBest:
	CMPQ    R10, DI
	JAE     splitFirst
	MOVWLZX (SI)(R10*2), R12
	VMOVSD  (DX)(R12*8), X1
	INCQ    R10
	VUCOMISD X0, X1
	JLS     splitBest
	VMOVAPD X1, X0
	LEAQ    -1(R10), R11
	JMP     splitBest

splitFirst:
	VADDSD  (R8)(R11*8), X0, X3 // no other row below this can win
	VBROADCASTSD X0, Y0
	MOVWLZX (SI)(R11*2), R12
	IMULQ   CX, R12
	ADDQ    BX, R12
	VADDPD  -32(R12)(CX*1), Y0, Y1
	VMOVUPD Y1, -32(AX)(CX*1)
	LEAQ    -32(CX), R15
	XORL    R13, R13

splitSet:
	VADDPD  (R12)(R13*1), Y0, Y1
	VMOVUPD Y1, (AX)(R13*1)
	ADDQ    $32, R13
	CMPQ    R13, R15
	JB      splitSet

	// The other rows that can win.
	XORL R10, R10

splitNext:
	CMPQ    R10, DI
	JAE     splitNarrow
	MOVWLZX (SI)(R10*2), R12
	VMOVSD  (DX)(R12*8), X0
	VADDSD  (R9)(R10*8), X0, X1
	INCQ    R10
	VUCOMISD X3, X1
	JCS     splitNext
	LEAQ    -1(R10), R13
	CMPQ    R13, R11
	JEQ     splitNext
	VBROADCASTSD X0, Y0
	IMULQ   CX, R12
	ADDQ    BX, R12
	XORL    R13, R13

splitRow:
	VADDPD  (R12)(R13*1), Y0, Y1
	VMAXPD  (AX)(R13*1), Y1, Y1
	VMOVUPD Y1, (AX)(R13*1)
	ADDQ    $32, R13
	CMPQ    R13, R15
	JB      splitRow
	VADDPD  -32(R12)(CX*1), Y0, Y1
	VMAXPD  -32(AX)(CX*1), Y1, Y1
	VMOVUPD Y1, -32(AX)(CX*1)
	JMP     splitNext

splitNarrow:
	MOVQ narrow_base+144(FP), SI
	MOVQ narrow_len+152(FP), DI
	SHLQ $5, DI
	ADDQ SI, DI

splitList:
	CMPQ    SI, DI
	JAE     splitDone
	MOVL    16(SI), R8
	MOVL    20(SI), R9
	MOVL    24(SI), R10
	VMOVSD  (DX)(R8*8), X0
	VMOVSD  (DX)(R9*8), X1
	VADDSD  (SI), X0, X0
	VADDSD  8(SI), X1, X1
	VMAXSD  X0, X1, X0
	VMAXSD  (AX)(R10*8), X0, X0
	VMOVSD  X0, (AX)(R10*8)
	ADDQ    $32, SI
	JMP     splitList

splitDone:
	VZEROUPPER
	RET
